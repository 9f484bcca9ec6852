from fujita.web.delegate cimport run
from fujita.web.route_cache cimport RouteCache
