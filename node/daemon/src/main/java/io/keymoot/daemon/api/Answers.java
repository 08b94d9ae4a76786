package io.keymoot.daemon.api;

import io.keymoot.daemon.setting.ErrorCode;
import io.keymoot.daemon.setting.Problem;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;

/** How answers look: each with the same headers, whoever asked and whatever came of it. */
final class Answers {
  private Answers() {}

  private static final String CONTENT_SECURITY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
          + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  static void json(HttpServerRequest request, JsonObject body) {
    json(request, 200, body);
  }

  static void json(HttpServerRequest request, int status, JsonObject body) {
    send(request, status, "application/json", Buffer.buffer(body.encode()));
  }

  static void problem(HttpServerRequest request, Problem problem) {
    String path = String.valueOf(request.path());
    HttpServerResponse response = request.response();
    if (problem.code() == ErrorCode.NO_TOKEN) {
      response.putHeader("WWW-Authenticate", "Bearer");
    }
    if (problem.code() == ErrorCode.WRONG_METHOD) {
      Route.at(path).ifPresent(route -> response.putHeader("Allow", route.method()));
    }
    if (problem.code() == ErrorCode.TOO_MANY) {
      response.putHeader("Retry-After", "1");
    }
    send(
        request,
        problem.code().status(),
        "application/problem+json",
        Buffer.buffer(problem.json().encode()));
  }

  static void send(HttpServerRequest request, int status, String type, Buffer body) {
    HttpServerResponse response = request.response();
    if (response.ended() || response.closed()) {
      return;
    }
    response
        .setStatusCode(status)
        .putHeader("Content-Type", type)
        .putHeader("Cache-Control", "no-store")
        .putHeader("Content-Security-Policy", CONTENT_SECURITY)
        .putHeader("Cross-Origin-Opener-Policy", "same-origin")
        .putHeader("Cross-Origin-Resource-Policy", "same-origin")
        .putHeader("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        .putHeader("Referrer-Policy", "no-referrer")
        .putHeader("X-Content-Type-Options", "nosniff")
        .putHeader("X-Frame-Options", "DENY");
    if (status >= 400 && !request.isEnded()) {
      // The rest of what was being sent is not waited for.
      response.putHeader("Connection", "close");
    }
    response.end(body);
  }
}
