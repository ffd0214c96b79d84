"""Holds the files for containers to what they promise. Called by `check`, with what `cacherr version --json` says."""

import json
import re
import sys
import xml.etree.ElementTree as xml
from pathlib import Path

import yaml

HERE = Path(__file__).parent
VERSION = json.loads(sys.argv[1])["data"]["version"]
problems = []


def hold(condition, complaint):
    if not condition:
        problems.append(complaint)


def plain(value):
    """With the default in the place of each variable."""
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value)


def mounts(service):
    """Source, target, whether it may be written."""
    for volume in service.get("volumes", []):
        if isinstance(volume, str):
            source, target, *mode = plain(volume).split(":")
            yield source, target, "ro" not in ",".join(mode).split(",")
        else:
            yield plain(volume["source"]), plain(volume["target"]), not volume.get("read_only", False)


def compose():
    services = yaml.safe_load((HERE / "container/compose.yaml").read_text(encoding="utf-8"))["services"]
    hold({"cacherr", "plex", "sonarr", "radarr"} <= services.keys(), "compose: a service is missing")
    ours = {target: source for source, target, _ in mounts(services["cacherr"]) if target != "/config"}
    hold(len(ours) == 2, f"compose: Cacherr mounts a library and a cache, not {ours}")
    library, cache = sorted(ours, key=lambda target: "cacherr" in target)
    for name, service in services.items():
        theirs = {target: (source, may_write) for source, target, may_write in mounts(service)}
        if library not in theirs and not any(source == ours[library] for source, _ in theirs.values()):
            continue
        hold(theirs.get(library, ("",))[0] == ours[library], f"compose: {name} sees the library elsewhere")
        hold(theirs.get(cache, ("",))[0] == ours[cache], f"compose: {name} has the library and not the cache at the same path")
        hold(theirs.get(cache, ("", None))[1] is (name == "cacherr"), f"compose: {name} may write in the cache, or Cacherr may not")
    for name, service in services.items():
        for volume in service["volumes"]:
            if isinstance(volume, dict):
                hold(volume["bind"]["create_host_path"] is False, f"compose: {name} makes a folder where a volume is away")
    mine = services["cacherr"]
    hold(mine["image"].endswith(f":{VERSION}"), f"compose: {mine['image']} is not this version, {VERSION}")
    hold("5445:5445" in mine["ports"] and mine["read_only"], "compose: port, or a root that is written to")
    capabilities = {"SETUID", "SETGID", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID"}
    hold(set(mine["cap_add"]) == capabilities and mine["cap_drop"] == ["ALL"], "compose: other rights than are kept of root")
    return mine["image"], capabilities


def template(image, capabilities):
    root = xml.parse(HERE / "unraid/cacherr.xml").getroot()
    hold(root.tag == "Container" and root.get("version") == "2", "unraid: not a template of version 2")
    hold(root.findtext("Repository") == image, f"unraid: another image than {image}")
    hold(root.findtext("WebUI") == "http://[IP]:[PORT:5445]", "unraid: another port")
    extra = root.findtext("ExtraParams", "").split()
    added = {one.removeprefix("--cap-add=") for one in extra if one.startswith("--cap-add=")}
    hold(added == capabilities and "--cap-drop=ALL" in extra and "--read-only" in extra, "unraid: other rights than in compose.yaml")
    configs = {config.get("Target"): config for config in root.iter("Config")}
    hold({"5445", "/config", "/mnt/cache/cacherr", "/mnt/user/media", "PUID", "PGID", "UMASK"} == configs.keys(), "unraid: settings")
    for target, config in configs.items():
        hold(config.text == config.get("Default"), f"unraid: {target} is not its default")
        needed = {"Name", "Target", "Default", "Mode", "Description", "Type", "Display", "Required", "Mask"}
        hold(needed == config.attrib.keys(), f"unraid: {target} has other attributes")
        if config.get("Type") == "Path" and target != "/config":
            hold(config.text == target, f"unraid: {target} is called otherwise on the host, so links lead nowhere")
    hold((configs["PUID"].text, configs["PGID"].text) == ("99", "100"), "unraid: user and group")


def image_file():
    lines = (HERE / "container/Dockerfile").read_text(encoding="utf-8").splitlines()
    said = [line.split(None, 1) for line in lines if line and line[0].isupper()]
    words = {}
    for word, rest in said:
        words.setdefault(word, []).append(rest)
    hold(words["FROM"] == ["scratch"], "Dockerfile: something else in the image")
    hold(words["COPY"] == ["--chmod=0755 ${TARGETPLATFORM}/cacherr /cacherr"], "Dockerfile: more than the binary")
    hold("RUN" not in words, "Dockerfile: there is nothing in it that could run")
    hold(words["ENV"] == ["CACHERR_DATA_DIR=/config"], "Dockerfile: the data dir is elsewhere")
    hold(words["VOLUME"] == ["/config"] and words["EXPOSE"] == ["5445/tcp"], "Dockerfile: volume, port")
    hold(words["ENTRYPOINT"] == ['["/cacherr"]'] and words["CMD"] == ['["run"]'], "Dockerfile: what is started")
    hold(words["HEALTHCHECK"][0].endswith('CMD ["/cacherr", "healthcheck"]'), "Dockerfile: health check")


def pages():
    for page in sorted(HERE.glob("*.md")):
        text = page.read_text(encoding="utf-8")
        for image in re.findall(r"ghcr\.io/[\w./-]+:[\w.-]+", text):
            hold(image.removesuffix(".").endswith(f":{VERSION}"), f"{page.name}: {image} is not this version, {VERSION}")
        for link in re.findall(r"\]\((?!http)([^)#]+)", text):
            hold((HERE / link).exists(), f"{page.name}: {link} is not there")


template(*compose())
image_file()
pages()
sys.exit("\n".join(f"packaging: {problem}" for problem in problems) or None)
