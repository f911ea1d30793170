# TensorFlow Serving on an NVIDIA GPU with a servable inside: the image is all that a machine needs.
#
#     docker build -f docs/servers/gpu.Dockerfile --build-arg NAME=uci_har -t uci_har-gpu .
#
# Name the release that you have tried with --build-arg TAG=...-gpu.
#     docker run --rm --gpus all -p 8500:8500 -p 8501:8501 uci_har-gpu
ARG TAG=latest-gpu
FROM tensorflow/serving:${TAG}
ARG NAME
ENV MODEL_NAME=${NAME}
# With it come the batching parameters and the warm-up requests, which are in each version's folder.
COPY saved_models/${NAME} /models/${NAME}
CMD ["--enable_batching", "--enable_per_model_batching_parameters", "--per_process_gpu_memory_fraction=0.9"]
