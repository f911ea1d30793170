"""How a mixture prior weighs its components for each observation, and what that costs."""
import keras
import tensorflow as tf

SELECTORS = ("soft", "hard", "nearest", "optimal", "paper")
NETWORKED = ("soft", "hard", "paper")  # Those that are made of scores of a network on x.


def network(count: int, input_shape: tuple) -> keras.Sequential:
    """One dense layer from flattened observations to a score for each component."""
    model = keras.Sequential(
        [keras.layers.Flatten(), keras.layers.Dense(count, dtype="float32")], name="selector")
    model.dtype_policy = "float32"  # Otherwise it rounds what it hands on.
    model.build(input_shape)
    return model


def select(selector: str, kl: tf.Tensor, scores: tf.Tensor | None
           ) -> tuple[tf.Tensor, tf.Tensor]:
    """Weights w `[batch, U]` and KL(w || uniform) `[batch]` in nats.

    Args:
        selector: One of `SELECTORS`; what each is, see `PseudoInputPrior`.
        kl: Table `[batch, U]` of KL divergences.
        scores: The network's `[batch, U]`, for the selectors that have one.

    >>> weights, price = select("nearest", tf.constant([[7., 3.]]), None)
    >>> weights.numpy().tolist(), round(float(price[0]), 3)
    ([[0.0, 1.0]], 0.693)
    """
    if selector == "nearest":
        return _one_hot(-kl)
    if selector == "optimal":
        scores = -kl
    if selector == "hard":
        soft = tf.nn.softmax(scores)
        one_hot, price = _one_hot(scores)
        return one_hot + (soft - tf.stop_gradient(soft)), price
    if selector == "paper":
        scores = tf.math.log_sigmoid(60. * (tf.nn.softmax(scores) - 0.5))
    log_weights = tf.nn.log_softmax(scores)
    return tf.exp(log_weights), kl_to_uniform(log_weights)


def _one_hot(scores: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Certain choices: KL to the uniform choice is log U whatever is chosen."""
    count = tf.shape(scores)[-1]
    price = tf.fill(tf.shape(scores)[:1], tf.math.log(tf.cast(count, scores.dtype)))
    return tf.one_hot(tf.argmax(scores, axis=-1), count), price


def kl_to_uniform(log_weights: tf.Tensor) -> tf.Tensor:
    """KL(w || uniform) = sum_u w_u log w_u + log U in nats, over the last axis."""
    count = tf.cast(tf.shape(log_weights)[-1], log_weights.dtype)
    return tf.reduce_sum(tf.exp(log_weights) * log_weights, axis=-1) + tf.math.log(count)
