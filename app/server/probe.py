"""Ask the server of this container whether it is ready, for the container's health check.

It imports no other module of the project.
"""

import http.client
import os
import sys


def main() -> int:
    """Print the answer of /readyz; return exit code 0 if ready, else 1."""
    host = os.environ.get("PARLEY_HOSTS", "localhost").split(",")[0].strip()
    connection = http.client.HTTPConnection(
        "127.0.0.1", int(os.environ.get("PORT", "8000")), timeout=3
    )
    try:
        connection.request("GET", "/readyz", headers={"Host": host})
        answer = connection.getresponse()
        print(answer.read().decode())
        return int(answer.status != 200)
    except OSError as error:
        print(error)
        return 1


if __name__ == "__main__":
    sys.exit(main())
