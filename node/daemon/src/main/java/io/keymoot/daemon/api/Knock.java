package io.keymoot.daemon.api;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Optional;

/**
 * What a request says of itself, before anything is done about it.
 *
 * @param local over the Unix socket
 */
record Knock(
    String method,
    String target,
    boolean local,
    boolean upgrade,
    List<String> hosts,
    List<String> origins,
    List<String> sites,
    List<String> types,
    List<String> authorizations,
    List<String> cookies,
    List<String> pageKeys,
    List<String> protocols) {

  static Knock of(HttpServerRequest request, boolean local) {
    MultiMap headers = request.headers();
    return new Knock(
        request.method().name(),
        request.uri(),
        local,
        headers.contains("Upgrade"),
        headers.getAll("Host"),
        headers.getAll("Origin"),
        headers.getAll("Sec-Fetch-Site"),
        headers.getAll("Content-Type"),
        headers.getAll("Authorization"),
        headers.getAll("Cookie"),
        headers.getAll("Keymoot-Page"),
        headers.getAll("Sec-WebSocket-Protocol"));
  }

  /**
   * What opens something has been looked at. A connection may keep its request for as long as it is
   * open, and a WebSocket does: there it must not be found any more.
   */
  void forgetSecrets(HttpServerRequest request) {
    MultiMap headers = request.headers();
    headers.remove("Authorization").remove("Cookie").remove("Keymoot-Page");
    if (!protocols.isEmpty()) {
      headers.remove("Sec-WebSocket-Protocol");
      offered(Gate.PROTOCOL)
          .filter(String::isEmpty)
          .ifPresent(plain -> headers.set("Sec-WebSocket-Protocol", Gate.PROTOCOL));
    }
  }

  String path() {
    int query = target.indexOf('?');
    return query < 0 ? target : target.substring(0, query);
  }

  /** What a WebSocket offers as {@code keymoot.page.…} or {@code keymoot.token.…}. */
  Optional<String> offered(String prefix) {
    return protocols.stream()
        .flatMap(line -> List.of(line.split(",", -1)).stream())
        .map(String::strip)
        .filter(each -> each.startsWith(prefix))
        .map(each -> each.substring(prefix.length()))
        .findFirst();
  }

  Optional<String> cookie(String name) {
    return cookies.stream()
        .flatMap(line -> List.of(line.split(";", -1)).stream())
        .map(String::strip)
        .filter(each -> each.startsWith(name + '='))
        .map(each -> each.substring(name.length() + 1))
        .findFirst();
  }
}
