"""Renders the Helm chart with each of its value sets and each Kustomize overlay: lists of objects, as they are applied."""

import pathlib
import subprocess

import helm_python as helm
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHART = ROOT / "deploy/helm/pnet-cds"
OVERLAYS = ROOT / "deploy/kustomize/overlays"
# What Kustomize alone installs: the Jobs for a population.
SCREEN = ROOT / "deploy/screen/kubernetes"
# A value set of the chart and an overlay of the same name are two spellings of one installation.
CASES = ("demo", "single", "ha", "full")
# The demo has a namespace of its own, which is taken away with it.
NAMESPACES = {"demo": "pnet-cds-demo"}


def objects(text):
    """The objects of a YAML stream."""
    return [found for found in yaml.safe_load_all(text) if found]


def chart(values, namespace="pnet-cds"):
    """What the chart renders, as text."""
    with helm.Chart.load(str(CHART)) as loaded:
        loaded.validate_schema(values)
        rendered = loaded.render(values, name="pnet-cds", namespace=namespace)
    parts = [text for path, text in sorted(rendered.items()) if path.endswith(".yaml")]
    return "\n---\n".join(parts)


def values(case):
    """A value set of the chart."""
    return yaml.safe_load((CHART / f"ci/{case}-values.yaml").read_text())


def both(case):
    """What each tool renders of a case, as text."""
    return ("helm", chart(values(case), NAMESPACES.get(case, "pnet-cds"))), ("kustomize", overlay(case))


def overlay(case):
    """What an overlay renders, as text."""
    return kustomized(OVERLAYS / case)


def kustomized(folder):
    """What Kustomize makes of a folder, as text."""
    command = ["kubectl", "kustomize", str(folder)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def main():
    """Writes all of it to the folder target/deploy/rendered."""
    out = ROOT / "target/deploy/rendered"
    out.mkdir(parents=True, exist_ok=True)
    for case in CASES:
        for tool, text in both(case):
            (out / f"{tool}-{case}.yaml").write_text(text)
            print(f"{tool} {case}: {len(objects(text))} objects")
    text = kustomized(SCREEN)
    (out / "kustomize-screen.yaml").write_text(text)
    print(f"kustomize screen: {len(objects(text))} objects")


if __name__ == "__main__":
    main()
