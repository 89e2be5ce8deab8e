"""Generate OpenAPI links: from an object that was written to all operations on it."""

import re
from collections.abc import Iterable
from typing import Any

Json = dict[str, Any]
N = "/api/v1/negotiations/{slug}"
ENDINGS = ("/retract", "/withdraw")  # of writes of one object
PARAMETER = re.compile(r"{([a-z_]+)}")
# By a list's address: the path parameter of its objects, and the response field with its value.
NAMED = {
    "/api/v1/negotiations": ("slug", "slug"),
    "/api/v1/parties": ("party", "slug"),
    f"{N}/parties": ("party", "party"),
    f"{N}/issues": ("issue", "slug"),
    "/api/v1/speakers": ("speaker_id", "id"),
    "/api/v1/sources": ("source_id", "id"),
    "/api/v1/positions": ("position_id", "id"),
    "/api/v1/proposals": ("proposal_id", "id"),
    "/api/v1/alerts": ("alert_id", "id"),
}


def operation_id(method: str, path: str) -> str:
    """Return the operationId: the method and the parts of the path after `/api/v1`."""
    return "_".join([method, *(part.strip("{}").replace("-", "_") for part in path.split("/")[3:])])


def takes_if_match(method: str, path: str) -> bool:
    """Tell whether the operation needs `If-Match`."""
    return method == "patch" or path.endswith("/retract")


def links(method: str, path: str, operations: Iterable[tuple[str, str]]) -> Json:
    """Return the links of a write's response, by the operationId that each leads to."""
    if method == "post" and path in NAMED:
        parameter, field = NAMED[path]
        known = {parameter: f"$response.body#/data/{field}"}
        object_ = f"{path}/{{{parameter}}}"
    elif method == "patch" or path.endswith(ENDINGS):
        known, object_ = {}, path.removesuffix("/retract").removesuffix("/withdraw")
    else:
        return {}
    known |= {name: f"$request.path.{name}" for name in PARAMETER.findall(path)}
    found = {}
    for other, address in operations:
        if (address == object_ or address.startswith(f"{object_}/")) and set(
            PARAMETER.findall(address)
        ) <= set(known):
            parameters = {f"path.{name}": known[name] for name in PARAMETER.findall(address)}
            if takes_if_match(other, address):
                parameters["header.If-Match"] = "$response.header.ETag"
            to = operation_id(other, address)
            found[to] = {"operationId": to, "parameters": parameters}
    return found
