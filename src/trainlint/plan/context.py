"""Circumstances in which some advice does not hold; found once for each program."""

INFERENCE_ONLY = "inference only"
GAN = "several optimizers"
REINFORCEMENT_LEARNING = "reinforcement learning"
META_LEARNING = "meta-learning"
INPUT_OPTIMISATION = "optimises an input"
FINE_TUNING = "fine-tuning"
MUP = "maximal update parametrisation"
SELF_SUPERVISED = "target is the input"
SEARCH = "hyper-parameter search"
DEMO = "test or demo"
MEASURES_SPEED = "measures speed"  # a demonstration, but of a real training
TEST = "test"  # a demonstration that does wrong on purpose

KERAS_3 = "Keras 3"
KERAS_2_11 = "Keras 2.11 or later"
BEFORE_KERAS_2_11 = "Keras before 2.11"  # the project allows no other
OTHER_BACKEND = "Keras on another backend than TensorFlow"
