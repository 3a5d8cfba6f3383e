"""Constructors of the layers of Keras 3, as `inspect.signature` gives them (Keras 3.15)."""

from __future__ import annotations

from trainlint.frameworks.signatures import signature_table

LAYERS = signature_table(
    """
Activation(activation, **kwargs)
ActivityRegularization(l1=0.0, l2=0.0, **kwargs)
AdaptiveAveragePooling1D(output_size, data_format=None, **kwargs)
AdaptiveAveragePooling2D(output_size, data_format=None, **kwargs)
AdaptiveAveragePooling3D(output_size, data_format=None, **kwargs)
AdaptiveMaxPooling1D(output_size, data_format=None, **kwargs)
AdaptiveMaxPooling2D(output_size, data_format=None, **kwargs)
AdaptiveMaxPooling3D(output_size, data_format=None, **kwargs)
Add(**kwargs)
AdditiveAttention(use_scale=True, dropout=0.0, **kwargs)
AlphaDropout(rate, noise_shape=None, seed=None, **kwargs)
Attention(use_scale=False, score_mode='dot', dropout=0.0, seed=None, **kwargs)
AugMix(value_range=(0, 255), num_chains=3, chain_depth=3, factor=0.3, alpha=1.0, all_ops=True,
    interpolation='bilinear', seed=None, data_format=None, **kwargs)
AutoContrast(value_range=(0, 255), **kwargs)
Average(**kwargs)
AveragePooling1D(pool_size, strides=None, padding='valid', data_format=None, name=None, **kwargs)
AveragePooling2D(pool_size, strides=None, padding='valid', data_format=None, name=None, **kwargs)
AveragePooling3D(pool_size, strides=None, padding='valid', data_format=None, name=None, **kwargs)
BatchNormalization(axis=-1, momentum=0.99, epsilon=0.001, center=True, scale=True,
    beta_initializer='zeros', gamma_initializer='ones', moving_mean_initializer='zeros',
    moving_variance_initializer='ones', beta_regularizer=None, gamma_regularizer=None,
    beta_constraint=None, gamma_constraint=None, renorm=False, renorm_clipping=None,
    renorm_momentum=0.99, synchronized=False, **kwargs)
Bidirectional(layer, merge_mode='concat', weights=None, backward_layer=None, **kwargs)
CategoryEncoding(num_tokens=None, output_mode='multi_hot', sparse=False, **kwargs)
CenterCrop(height, width, data_format=None, **kwargs)
Concatenate(axis=-1, **kwargs)
ContrastLimitedAdaptiveHistogramEqualization(value_range=(0, 255), clip_limit=4.0, tile_grid_size=(8,
    8), data_format=None, **kwargs)
Conv1D(filters, kernel_size, strides=1, padding='valid', data_format=None, dilation_rate=1, groups=1,
    activation=None, use_bias=True, kernel_initializer='glorot_uniform', bias_initializer='zeros',
    kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None, kernel_constraint=None,
    bias_constraint=None, **kwargs)
Conv1DTranspose(filters, kernel_size, strides=1, padding='valid', output_padding=None, data_format=None,
    dilation_rate=1, activation=None, use_bias=True, kernel_initializer='glorot_uniform',
    bias_initializer='zeros', kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None,
    kernel_constraint=None, bias_constraint=None, **kwargs)
Conv2D(filters, kernel_size, strides=(1, 1), padding='valid', data_format=None, dilation_rate=(1, 1),
    groups=1, activation=None, use_bias=True, kernel_initializer='glorot_uniform',
    bias_initializer='zeros', kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None,
    kernel_constraint=None, bias_constraint=None, **kwargs)
Conv2DTranspose(filters, kernel_size, strides=(1, 1), padding='valid', output_padding=None,
    data_format=None, dilation_rate=(1, 1), activation=None, use_bias=True,
    kernel_initializer='glorot_uniform', bias_initializer='zeros', kernel_regularizer=None,
    bias_regularizer=None, activity_regularizer=None, kernel_constraint=None, bias_constraint=None,
    **kwargs)
Conv3D(filters, kernel_size, strides=(1, 1, 1), padding='valid', data_format=None, dilation_rate=(1, 1,
    1), groups=1, activation=None, use_bias=True, kernel_initializer='glorot_uniform',
    bias_initializer='zeros', kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None,
    kernel_constraint=None, bias_constraint=None, **kwargs)
Conv3DTranspose(filters, kernel_size, strides=(1, 1, 1), padding='valid', data_format=None,
    output_padding=None, dilation_rate=(1, 1, 1), activation=None, use_bias=True,
    kernel_initializer='glorot_uniform', bias_initializer='zeros', kernel_regularizer=None,
    bias_regularizer=None, activity_regularizer=None, kernel_constraint=None, bias_constraint=None,
    **kwargs)
ConvLSTM1D(filters, kernel_size, strides=1, padding='valid', data_format=None, dilation_rate=1,
    activation='tanh', recurrent_activation='sigmoid', use_bias=True,
    kernel_initializer='glorot_uniform', recurrent_initializer='orthogonal', bias_initializer='zeros',
    unit_forget_bias=True, kernel_regularizer=None, recurrent_regularizer=None, bias_regularizer=None,
    activity_regularizer=None, kernel_constraint=None, recurrent_constraint=None, bias_constraint=None,
    dropout=0.0, recurrent_dropout=0.0, seed=None, return_sequences=False, return_state=False,
    go_backwards=False, stateful=False, **kwargs)
ConvLSTM2D(filters, kernel_size, strides=1, padding='valid', data_format=None, dilation_rate=1,
    activation='tanh', recurrent_activation='sigmoid', use_bias=True,
    kernel_initializer='glorot_uniform', recurrent_initializer='orthogonal', bias_initializer='zeros',
    unit_forget_bias=True, kernel_regularizer=None, recurrent_regularizer=None, bias_regularizer=None,
    activity_regularizer=None, kernel_constraint=None, recurrent_constraint=None, bias_constraint=None,
    dropout=0.0, recurrent_dropout=0.0, seed=None, return_sequences=False, return_state=False,
    go_backwards=False, stateful=False, **kwargs)
ConvLSTM3D(filters, kernel_size, strides=1, padding='valid', data_format=None, dilation_rate=1,
    activation='tanh', recurrent_activation='sigmoid', use_bias=True,
    kernel_initializer='glorot_uniform', recurrent_initializer='orthogonal', bias_initializer='zeros',
    unit_forget_bias=True, kernel_regularizer=None, recurrent_regularizer=None, bias_regularizer=None,
    activity_regularizer=None, kernel_constraint=None, recurrent_constraint=None, bias_constraint=None,
    dropout=0.0, recurrent_dropout=0.0, seed=None, return_sequences=False, return_state=False,
    go_backwards=False, stateful=False, **kwargs)
Cropping1D(cropping=(1, 1), **kwargs)
Cropping2D(cropping=((0, 0), (0, 0)), data_format=None, **kwargs)
Cropping3D(cropping=((1, 1), (1, 1), (1, 1)), data_format=None, **kwargs)
CutMix(factor=1.0, seed=None, data_format=None, **kwargs)
Dense(units, activation=None, use_bias=True, kernel_initializer='glorot_uniform',
    bias_initializer='zeros', kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None,
    kernel_constraint=None, bias_constraint=None, lora_rank=None, lora_alpha=None,
    quantization_config=None, **kwargs)
DepthwiseConv1D(kernel_size, strides=1, padding='valid', depth_multiplier=1, data_format=None,
    dilation_rate=1, activation=None, use_bias=True, depthwise_initializer='glorot_uniform',
    bias_initializer='zeros', depthwise_regularizer=None, bias_regularizer=None,
    activity_regularizer=None, depthwise_constraint=None, bias_constraint=None, **kwargs)
DepthwiseConv2D(kernel_size, strides=(1, 1), padding='valid', depth_multiplier=1, data_format=None,
    dilation_rate=(1, 1), activation=None, use_bias=True, depthwise_initializer='glorot_uniform',
    bias_initializer='zeros', depthwise_regularizer=None, bias_regularizer=None,
    activity_regularizer=None, depthwise_constraint=None, bias_constraint=None, **kwargs)
Discretization(bin_boundaries=None, num_bins=None, epsilon=0.01, output_mode='int', sparse=False,
    dtype=None, name=None)
Dot(axes, normalize=False, **kwargs)
Dropout(rate, noise_shape=None, seed=None, **kwargs)
ELU(alpha=1.0, **kwargs)
EinsumDense(equation, output_shape, activation=None, bias_axes=None,
    kernel_initializer='glorot_uniform', bias_initializer='zeros', kernel_regularizer=None,
    bias_regularizer=None, kernel_constraint=None, bias_constraint=None, lora_rank=None,
    lora_alpha=None, gptq_unpacked_column_size=None, quantization_config=None, **kwargs)
Embedding(input_dim, output_dim, embeddings_initializer='uniform', embeddings_regularizer=None,
    embeddings_constraint=None, mask_zero=False, weights=None, lora_rank=None, lora_alpha=None,
    quantization_config=None, **kwargs)
Equalization(value_range=(0, 255), bins=256, data_format=None, **kwargs)
Flatten(data_format=None, **kwargs)
GRU(units, activation='tanh', recurrent_activation='sigmoid', use_bias=True,
    kernel_initializer='glorot_uniform', recurrent_initializer='orthogonal', bias_initializer='zeros',
    kernel_regularizer=None, recurrent_regularizer=None, bias_regularizer=None,
    activity_regularizer=None, kernel_constraint=None, recurrent_constraint=None, bias_constraint=None,
    dropout=0.0, recurrent_dropout=0.0, seed=None, return_sequences=False, return_state=False,
    go_backwards=False, stateful=False, unroll=False, reset_after=True, use_cudnn='auto', **kwargs)
GRUCell(units, activation='tanh', recurrent_activation='sigmoid', use_bias=True,
    kernel_initializer='glorot_uniform', recurrent_initializer='orthogonal', bias_initializer='zeros',
    kernel_regularizer=None, recurrent_regularizer=None, bias_regularizer=None, kernel_constraint=None,
    recurrent_constraint=None, bias_constraint=None, dropout=0.0, recurrent_dropout=0.0,
    reset_after=True, seed=None, **kwargs)
GaussianDropout(rate, seed=None, **kwargs)
GaussianNoise(stddev, seed=None, **kwargs)
GlobalAveragePooling1D(data_format=None, keepdims=False, **kwargs)
GlobalAveragePooling2D(data_format=None, keepdims=False, **kwargs)
GlobalAveragePooling3D(data_format=None, keepdims=False, **kwargs)
GlobalMaxPooling1D(data_format=None, keepdims=False, **kwargs)
GlobalMaxPooling2D(data_format=None, keepdims=False, **kwargs)
GlobalMaxPooling3D(data_format=None, keepdims=False, **kwargs)
GroupNormalization(groups=32, axis=-1, epsilon=0.001, center=True, scale=True, beta_initializer='zeros',
    gamma_initializer='ones', beta_regularizer=None, gamma_regularizer=None, beta_constraint=None,
    gamma_constraint=None, **kwargs)
HashedCrossing(num_bins, output_mode='int', sparse=False, name=None, dtype=None, **kwargs)
Hashing(num_bins, mask_value=None, salt=None, output_mode='int', sparse=False, **kwargs)
Identity(**kwargs)
InputLayer(shape=None, batch_size=None, dtype=None, sparse=None, ragged=None, batch_shape=None,
    input_tensor=None, optional=False, name=None, **kwargs)
IntegerLookup(max_tokens=None, num_oov_indices=1, mask_token=None, oov_token=-1, vocabulary=None,
    vocabulary_dtype='int64', idf_weights=None, invert=False, output_mode='int', sparse=False,
    pad_to_max_tokens=False, oov_method='floormod', salt=None, name=None, **kwargs)
LSTM(units, activation='tanh', recurrent_activation='sigmoid', use_bias=True,
    kernel_initializer='glorot_uniform', recurrent_initializer='orthogonal', bias_initializer='zeros',
    unit_forget_bias=True, kernel_regularizer=None, recurrent_regularizer=None, bias_regularizer=None,
    activity_regularizer=None, kernel_constraint=None, recurrent_constraint=None, bias_constraint=None,
    dropout=0.0, recurrent_dropout=0.0, seed=None, return_sequences=False, return_state=False,
    go_backwards=False, stateful=False, unroll=False, use_cudnn='auto', **kwargs)
LSTMCell(units, activation='tanh', recurrent_activation='sigmoid', use_bias=True,
    kernel_initializer='glorot_uniform', recurrent_initializer='orthogonal', bias_initializer='zeros',
    unit_forget_bias=True, kernel_regularizer=None, recurrent_regularizer=None, bias_regularizer=None,
    kernel_constraint=None, recurrent_constraint=None, bias_constraint=None, dropout=0.0,
    recurrent_dropout=0.0, seed=None, **kwargs)
Lambda(function, output_shape=None, mask=None, arguments=None, **kwargs)
LayerNormalization(axis=-1, epsilon=0.001, center=True, scale=True, beta_initializer='zeros',
    gamma_initializer='ones', beta_regularizer=None, gamma_regularizer=None, beta_constraint=None,
    gamma_constraint=None, **kwargs)
LeakyReLU(negative_slope=0.3, **kwargs)
Masking(mask_value=0.0, **kwargs)
MaxNumBoundingBoxes(max_number, fill_value=-1, **kwargs)
MaxPooling1D(pool_size=2, strides=None, padding='valid', data_format=None, name=None, **kwargs)
MaxPooling2D(pool_size=(2, 2), strides=None, padding='valid', data_format=None, name=None, **kwargs)
MaxPooling3D(pool_size=(2, 2, 2), strides=None, padding='valid', data_format=None, name=None, **kwargs)
Maximum(**kwargs)
MelSpectrogram(fft_length=2048, sequence_stride=512, sequence_length=None, window='hann',
    sampling_rate=16000, num_mel_bins=128, min_freq=20.0, max_freq=None, power_to_db=True, top_db=80.0,
    mag_exp=2.0, min_power=1e-10, ref_power=1.0, **kwargs)
Minimum(**kwargs)
MixUp(alpha=0.2, data_format=None, seed=None, **kwargs)
MultiHeadAttention(num_heads, key_dim, value_dim=None, dropout=0.0, use_bias=True, output_shape=None,
    attention_axes=None, sliding_window=None, flash_attention=None, kernel_initializer='glorot_uniform',
    bias_initializer='zeros', kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None,
    kernel_constraint=None, bias_constraint=None, use_gate=False, seed=None, **kwargs)
Multiply(**kwargs)
Normalization(axis=-1, mean=None, variance=None, invert=False, **kwargs)
PReLU(alpha_initializer='Zeros', alpha_regularizer=None, alpha_constraint=None, shared_axes=None,
    **kwargs)
Permute(dims, **kwargs)
Pipeline(layers, name=None)
RMSNormalization(axis=-1, epsilon=1e-06, **kwargs)
RNN(cell, return_sequences=False, return_state=False, go_backwards=False, stateful=False, unroll=False,
    zero_output_for_mask=False, **kwargs)
RandAugment(value_range=(0, 255), num_ops=2, factor=0.5, interpolation='bilinear', seed=None,
    data_format=None, **kwargs)
RandomBrightness(factor, value_range=(0, 255), seed=None, **kwargs)
RandomColorDegeneration(factor, value_range=(0, 255), data_format=None, seed=None, **kwargs)
RandomColorJitter(value_range=(0, 255), brightness_factor=None, contrast_factor=None,
    saturation_factor=None, hue_factor=None, seed=None, data_format=None, **kwargs)
RandomContrast(factor, value_range=(0, 255), seed=None, **kwargs)
RandomCrop(height, width, seed=None, data_format=None, name=None, **kwargs)
RandomElasticTransform(factor=1.0, scale=1.0, interpolation='bilinear', fill_mode='reflect',
    fill_value=0.0, value_range=(0, 255), seed=None, data_format=None, **kwargs)
RandomErasing(factor=1.0, scale=(0.02, 0.33), fill_value=None, value_range=(0, 255), seed=None,
    data_format=None, **kwargs)
RandomFlip(mode='horizontal_and_vertical', seed=None, data_format=None, **kwargs)
RandomGaussianBlur(factor=1.0, kernel_size=3, sigma=1.0, value_range=(0, 255), data_format=None,
    seed=None, **kwargs)
RandomGrayscale(factor=0.5, data_format=None, seed=None, **kwargs)
RandomHue(factor, value_range=(0, 255), data_format=None, seed=None, **kwargs)
RandomInvert(factor=1.0, value_range=(0, 255), seed=None, data_format=None, **kwargs)
RandomPerspective(factor=1.0, scale=1.0, interpolation='bilinear', fill_value=0.0, seed=None,
    data_format=None, **kwargs)
RandomPosterization(factor, value_range=(0, 255), data_format=None, seed=None, **kwargs)
RandomRotation(factor, fill_mode='reflect', interpolation='bilinear', seed=None, fill_value=0.0,
    data_format=None, **kwargs)
RandomSaturation(factor, value_range=(0, 255), data_format=None, seed=None, **kwargs)
RandomSharpness(factor, value_range=(0, 255), data_format=None, seed=None, **kwargs)
RandomShear(x_factor=0.0, y_factor=0.0, interpolation='bilinear', fill_mode='reflect', fill_value=0.0,
    data_format=None, seed=None, **kwargs)
RandomTranslation(height_factor, width_factor, fill_mode='reflect', interpolation='bilinear', seed=None,
    fill_value=0.0, data_format=None, **kwargs)
RandomZoom(height_factor, width_factor=None, fill_mode='reflect', interpolation='bilinear', seed=None,
    fill_value=0.0, data_format=None, **kwargs)
ReLU(max_value=None, negative_slope=0.0, threshold=0.0, **kwargs)
RepeatVector(n, **kwargs)
Rescaling(scale, offset=0.0, **kwargs)
Reshape(target_shape, **kwargs)
Resizing(height, width, interpolation='bilinear', crop_to_aspect_ratio=False, pad_to_aspect_ratio=False,
    fill_mode='constant', fill_value=0.0, antialias=False, data_format=None, **kwargs)
ReversibleEmbedding(input_dim, output_dim, tie_weights=True, embeddings_initializer='uniform',
    embeddings_regularizer=None, embeddings_constraint=None, mask_zero=False, reverse_dtype=None,
    logit_soft_cap=None, **kwargs)
STFTSpectrogram(mode='log', frame_length=256, frame_step=None, fft_length=None, window='hann',
    periodic=False, scaling='density', padding='valid', expand_dims=False, data_format=None, **kwargs)
SeparableConv1D(filters, kernel_size, strides=1, padding='valid', data_format=None, dilation_rate=1,
    depth_multiplier=1, activation=None, use_bias=True, depthwise_initializer='glorot_uniform',
    pointwise_initializer='glorot_uniform', bias_initializer='zeros', depthwise_regularizer=None,
    pointwise_regularizer=None, bias_regularizer=None, activity_regularizer=None,
    depthwise_constraint=None, pointwise_constraint=None, bias_constraint=None, **kwargs)
SeparableConv2D(filters, kernel_size, strides=(1, 1), padding='valid', data_format=None,
    dilation_rate=(1, 1), depth_multiplier=1, activation=None, use_bias=True,
    depthwise_initializer='glorot_uniform', pointwise_initializer='glorot_uniform',
    bias_initializer='zeros', depthwise_regularizer=None, pointwise_regularizer=None,
    bias_regularizer=None, activity_regularizer=None, depthwise_constraint=None,
    pointwise_constraint=None, bias_constraint=None, **kwargs)
SimpleRNN(units, activation='tanh', use_bias=True, kernel_initializer='glorot_uniform',
    recurrent_initializer='orthogonal', bias_initializer='zeros', kernel_regularizer=None,
    recurrent_regularizer=None, bias_regularizer=None, activity_regularizer=None,
    kernel_constraint=None, recurrent_constraint=None, bias_constraint=None, dropout=0.0,
    recurrent_dropout=0.0, return_sequences=False, return_state=False, go_backwards=False,
    stateful=False, unroll=False, seed=None, **kwargs)
SimpleRNNCell(units, activation='tanh', use_bias=True, kernel_initializer='glorot_uniform',
    recurrent_initializer='orthogonal', bias_initializer='zeros', kernel_regularizer=None,
    recurrent_regularizer=None, bias_regularizer=None, kernel_constraint=None,
    recurrent_constraint=None, bias_constraint=None, dropout=0.0, recurrent_dropout=0.0, seed=None,
    **kwargs)
Softmax(axis=-1, **kwargs)
Solarization(addition_factor=0.0, threshold_factor=0.0, value_range=(0, 255), seed=None, **kwargs)
SpatialDropout1D(rate, seed=None, name=None, dtype=None)
SpatialDropout2D(rate, data_format=None, seed=None, name=None, dtype=None)
SpatialDropout3D(rate, data_format=None, seed=None, name=None, dtype=None)
SpectralNormalization(layer, power_iterations=1, **kwargs)
StackedRNNCells(cells, **kwargs)
StringLookup(max_tokens=None, num_oov_indices=1, mask_token=None, oov_token='[UNK]', vocabulary=None,
    idf_weights=None, invert=False, output_mode='int', pad_to_max_tokens=False, sparse=False,
    encoding='utf-8', name=None, salt=None, **kwargs)
Subtract(**kwargs)
TextVectorization(max_tokens=None, standardize='lower_and_strip_punctuation', split='whitespace',
    ngrams=None, output_mode='int', output_sequence_length=None, pad_to_max_tokens=False,
    vocabulary=None, idf_weights=None, sparse=False, ragged=False, encoding='utf-8', name=None,
    **kwargs)
TimeDistributed(layer, **kwargs)
UnitNormalization(axis=-1, **kwargs)
UpSampling1D(size=2, **kwargs)
UpSampling2D(size=(2, 2), data_format=None, interpolation='nearest', **kwargs)
UpSampling3D(size=(2, 2, 2), data_format=None, **kwargs)
ZeroPadding1D(padding=1, data_format=None, **kwargs)
ZeroPadding2D(padding=(1, 1), data_format=None, **kwargs)
ZeroPadding3D(padding=((1, 1), (1, 1), (1, 1)), data_format=None, **kwargs)
"""
)

ALIASES = {
    "AvgPool1D": "AveragePooling1D",
    "AvgPool2D": "AveragePooling2D",
    "AvgPool3D": "AveragePooling3D",
    "Convolution1D": "Conv1D",
    "Convolution1DTranspose": "Conv1DTranspose",
    "Convolution2D": "Conv2D",
    "Convolution2DTranspose": "Conv2DTranspose",
    "Convolution3D": "Conv3D",
    "Convolution3DTranspose": "Conv3DTranspose",
    "GlobalAvgPool1D": "GlobalAveragePooling1D",
    "GlobalAvgPool2D": "GlobalAveragePooling2D",
    "GlobalAvgPool3D": "GlobalAveragePooling3D",
    "GlobalMaxPool1D": "GlobalMaxPooling1D",
    "GlobalMaxPool2D": "GlobalMaxPooling2D",
    "GlobalMaxPool3D": "GlobalMaxPooling3D",
    "MaxPool1D": "MaxPooling1D",
    "MaxPool2D": "MaxPooling2D",
    "MaxPool3D": "MaxPooling3D",
    "SeparableConvolution1D": "SeparableConv1D",
    "SeparableConvolution2D": "SeparableConv2D",
}
"""Other names of the same classes."""
