"""What ``importlib.metadata`` is told of the ``tornado`` that Fujita stands in for."""

from email.message import EmailMessage
from importlib.metadata import Distribution
from os import PathLike
from pathlib import Path

import fujita


class TornadoDistribution(Distribution):
    """A distribution ``tornado`` of the release that Fujita matches.

    Programs ask ``importlib.metadata.version("tornado")`` to see whether it is new enough.
    """

    def read_text(self, filename: str) -> str | None:
        """Returns the metadata; there are no other files."""
        if filename != "METADATA":
            return None
        fields = EmailMessage()
        fields["Metadata-Version"] = "2.1"
        fields["Name"] = "tornado"
        fields["Version"] = fujita.version
        fields["Summary"] = "Tornado's API, served by Fujita"
        return fields.as_string()

    def locate_file(self, path: str | PathLike[str]) -> Path:
        """Returns where a file is: beside Fujita's."""
        return Path(fujita.__file__).parent / path
