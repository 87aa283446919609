"""Prints the name of the image that sam local runs provided.al2023 functions
in on this machine, and the path of the emulator that belongs into it, both as
the installed SAM CLI has them."""

import platform

from samcli.lib.utils.architecture import ARM64, X86_64
from samcli.local.docker.lambda_image import RAPID_IMAGE_TAG_PREFIX, LambdaImage, Runtime
from samcli.local.docker.utils import get_rapid_name

architecture = ARM64 if platform.machine() in ("aarch64", "arm64") else X86_64
repository, tag = Runtime.get_image_name_tag("provided.al2023", architecture).split(":")
version = tag.split("-")[0]
name = f"{LambdaImage._INVOKE_REPO_PREFIX}/{repository}:{version}-{RAPID_IMAGE_TAG_PREFIX}-{architecture}"
print(name, LambdaImage._RAPID_SOURCE_PATH / get_rapid_name(architecture))
