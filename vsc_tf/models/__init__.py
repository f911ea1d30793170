"""Keras models of sparse codes, and the dense ones they are compared with."""
from vsc_tf.models.autoencoder import Autoencoder
from vsc_tf.models.base import LatentModel
from vsc_tf.models.thresholded import ThresholdedVSC
from vsc_tf.models.vae import VAE, BetaTCVAE, BetaVAE, VampPriorVAE
from vsc_tf.models.vsc import VSC

__all__ = ["VAE", "VSC", "Autoencoder", "BetaTCVAE", "BetaVAE", "LatentModel", "ThresholdedVSC",
           "VampPriorVAE"]
