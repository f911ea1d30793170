"""Setting latents right while a model trains that its gradients cannot: see `rezero`."""
from vsc_tf.refinement.callback import Refinement, Rezero
from vsc_tf.refinement.regroup import regroup
from vsc_tf.refinement.separation import separate
from vsc_tf.refinement.surgery import join, rezero, split, unmix

__all__ = ["Refinement", "Rezero", "join", "regroup", "rezero", "separate", "split", "unmix"]
