from tests.httpserver.conftest import serve

__all__ = ["serve"]
