"""Writes what is derived: the chart's README from its values, and the copies of rules and dashboard.

    generate.py            writes
    generate.py --check    fails where something is not what it would write
"""

import re
import sys

import yaml

from render import CHART, ROOT

OBSERVABILITY = ROOT / "deploy/observability"
MONITORING = ROOT / "deploy/kustomize/components/monitoring"
LINE = re.compile(r"^(?P<indent> *)(?P<key>[A-Za-z]+):(?: (?P<value>.*))?$")


def explained(text):
    """Key, default and comment of every value that the chart's file explains."""
    path, comment, rows = [], [], []
    for line in text.splitlines():
        found = LINE.match(line)
        if line.strip().startswith("#"):
            comment.append(line.strip().lstrip("# "))
        elif found:
            depth = len(found["indent"]) // 2
            path = path[:depth] + [found["key"]]
            if comment:
                rows.append((".".join(path), found["value"], " ".join(comment)))
            comment = []
        else:
            comment = []
    return rows


def leaves(value, path=""):
    """Every key that has a value and not keys of its own."""
    for key, item in value.items():
        name = f"{path}.{key}".strip(".")
        if isinstance(item, dict) and item and key != "labels":
            yield from leaves(item, name)
        else:
            yield name, item


def readme():
    """The chart's README."""
    text = (CHART / "values.yaml").read_text()
    rows = {key: comment for key, _, comment in explained(text)}
    lines = []
    for key, default in leaves(yaml.safe_load(text)):
        if key not in rows:
            sys.exit(f"values.yaml: `{key}` has no comment")
        shown = yaml.safe_dump(default, default_flow_style=True, width=1000).removesuffix("\n...\n").strip()
        lines.append(f"| `{key}` | `{shown}` | {rows[key]} |")
    cases = "\n".join(
        f"- `ci/{path.name}`: {path.read_text().splitlines()[0].lstrip('# ')}"
        for path in sorted((CHART / "ci").glob("*.yaml"))
    )
    return f"""# Helm chart pnet-cds

Generated from `values.yaml` by `tests/deploy/generate.py`. [deploy/README.md](../../README.md) leads through an installation.

    helm upgrade --install pnet-cds deploy/helm/pnet-cds --namespace pnet-cds --values my-values.yaml

Only `image.repository` and `settings` have to be set. Value sets to start from, each rendered, validated and compared
with the Kustomize overlay of the same name in CI:

{cases}

| value | default | is |
|---|---|---|
{chr(10).join(lines)}
"""


def prometheus_rule(rules):
    """The rules as an object of the Prometheus operator."""
    spec = "".join(f"  {line}\n" if line else "\n" for line in rules.splitlines())
    return f"""# Copy of deploy/observability/rules.yaml, written by tests/deploy/generate.py.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: pnet-cds
spec:
{spec}"""


def derived():
    """Every derived file with its text."""
    rules = (OBSERVABILITY / "rules.yaml").read_text()
    dashboard = (OBSERVABILITY / "dashboard.json").read_text()
    return {
        CHART / "README.md": readme(),
        CHART / "files/rules.yaml": rules,
        CHART / "files/dashboard.json": dashboard,
        MONITORING / "dashboard.json": dashboard,
        MONITORING / "prometheusrule.yaml": prometheus_rule(rules),
    }


def main():
    """Writes or checks."""
    stale = [path for path, text in derived().items() if not path.exists() or path.read_text() != text]
    for path in stale:
        if "--check" in sys.argv:
            print(f"{path.relative_to(ROOT)} is not what tests/deploy/generate.py writes", file=sys.stderr)
        else:
            path.write_text(derived()[path])
            print(f"wrote {path.relative_to(ROOT)}")
    if stale and "--check" in sys.argv:
        sys.exit(1)
    print(f"generate: {len(derived())} derived files, {len(stale)} stale")


if __name__ == "__main__":
    main()
