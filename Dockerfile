# The notebooks in JupyterLab, set up and with the default data. Untried: nobody has built this image yet.
#
#     docker build --tag name-that-dataset .
#     docker run --publish 8888:8888 name-that-dataset
#
# Binder builds it as .binder/Dockerfile; .devcontainer/ takes its first stage.

FROM denoland/deno:debian-2.9.6 AS tools
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates git python3 python3-venv \
  && rm -rf /var/lib/apt/lists/*
# Binder names the user and gives the number.
ARG NB_USER=jovyan
ARG NB_UID=1000
ENV USER=${NB_USER} HOME=/home/${NB_USER}
ENV DENO_DIR=${HOME}/.cache/deno
RUN useradd --create-home --uid ${NB_UID} --shell /bin/bash ${NB_USER}
USER ${NB_USER}
ENTRYPOINT []

FROM tools
ENV PROJECT=${HOME}/name-that-dataset
COPY . ${PROJECT}
USER root
RUN chown --recursive ${NB_UID} ${PROJECT}
USER ${NB_USER}
WORKDIR ${PROJECT}
# Every command does set-up first; with `--version` JupyterLab does no more than say which it is.
RUN deno task lab --version && deno task fetch icons
# Binder starts the JupyterLab that it finds on the PATH.
ENV PATH=${PROJECT}/.venv/bin:${PATH}
EXPOSE 8888
CMD ["deno", "task", "lab", "--ip=0.0.0.0", "--no-browser"]
