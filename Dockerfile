# An image of one of the two servers, which holds nothing but the program:
#
#     docker build -t local .
#     docker run --rm -p 3000:3000 -v data:/data local
#     docker build -t stepfunctions --build-arg PROGRAM=stepfunctions .
#     docker run --rm -p 8083:8083 -v data:/data -v "$PWD:/work:ro" stepfunctions -template /work/template.yaml
#
# The servers trust whoever reaches them: publish their ports on 127.0.0.1 or put
# something in front (docs/containers.md).
FROM --platform=$BUILDPLATFORM golang:1.26 AS build
ARG PROGRAM=local
ARG TARGETOS=linux
ARG TARGETARCH=amd64
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH go build -trimpath -ldflags '-s -w' -o /image/server ./cmd/$PROGRAM && mkdir /image/data

FROM scratch
# A fresh volume takes over the owner of the folder.
COPY --from=build --chown=65532:65532 /image/data /data
COPY --from=build /image/server /server
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
WORKDIR /data
USER 65532:65532
VOLUME /data
ENV ADDR=0.0.0.0:3000 BASE_URL=http://localhost:3000 DATA=/data STEPFUNCTIONS_ADDR=0.0.0.0:8083 STEPFUNCTIONS_DATA=/data
EXPOSE 3000 8083
STOPSIGNAL SIGTERM
ENTRYPOINT ["/server"]
