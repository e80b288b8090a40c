# SPDX-License-Identifier: MIT
"""oci.py - tar archives and containers' images for the tests, as their tools write them."""
import hashlib
import io
import json
import tarfile


def member(name, kind="f", data=b"", **fields):
    """One member: f file, d folder, l symlink, h hard link (data: where to), c, b, p nodes."""
    info = tarfile.TarInfo(name)
    info.type = {"f": tarfile.REGTYPE, "d": tarfile.DIRTYPE, "l": tarfile.SYMTYPE, "c": tarfile.CHRTYPE,
                 "h": tarfile.LNKTYPE, "b": tarfile.BLKTYPE, "p": tarfile.FIFOTYPE}[kind]
    info.mode = fields.pop("mode", 0o755)
    if kind in "lh":
        info.linkname = data
    elif kind == "f":
        info.size = len(data)
    for field, value in fields.items():
        setattr(info, field, value)
    return info, data


def tar(*members, mode="w", form=tarfile.PAX_FORMAT):
    """An archive of such members."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode, format=form) as archive:
        for info, data in members:
            archive.addfile(info, io.BytesIO(data) if info.isreg() else None)
    return out.getvalue()


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def parts(layers, config, arch="amd64"):
    """Blobs by digest, and the manifest's descriptor."""
    blobs = {}

    def put(data, kind):
        blobs[digest(data)] = data
        return {"mediaType": f"application/vnd.oci.image.{kind}", "digest": digest(data), "size": len(data)}

    described = [put(layer, "layer.v1.tar") for layer in layers]
    config = put(json.dumps({"architecture": arch, "os": "linux", "config": config,
                             "rootfs": {"type": "layers", "diff_ids": [digest(x) for x in layers]}
                             }).encode(), "config.v1+json")
    manifest = put(json.dumps({"schemaVersion": 2, "config": config, "layers": described}).encode(),
                   "manifest.v1+json")
    manifest["platform"] = {"os": "linux", "architecture": arch}
    return blobs, manifest


def write_layout(path, images):
    """An OCI layout; images: {tag: (blobs, manifest)}."""
    (path / "blobs/sha256").mkdir(parents=True)
    (path / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    manifests = []
    for tag, (blobs, manifest) in images.items():
        for name, data in blobs.items():
            (path / "blobs/sha256" / name[7:]).write_bytes(data)
        manifests.append({**manifest, "annotations": {"org.opencontainers.image.ref.name": tag}})
    (path / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": manifests}))


def docker_save(layers, config, tag="app:latest"):
    """What `docker save` wrote before it wrote OCI layouts."""
    config = json.dumps({"architecture": "amd64", "os": "linux", "config": config,
                         "rootfs": {"diff_ids": [digest(x) for x in layers]}}).encode()
    names = [f"{i}/layer.tar" for i in range(len(layers))]
    manifest = json.dumps([{"Config": "config.json", "RepoTags": [tag], "Layers": names}]).encode()
    return tar(member("config.json", data=config), member("manifest.json", data=manifest),
               *(member(name, data=layer) for name, layer in zip(names, layers)))
