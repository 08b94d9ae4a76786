package io.keymoot.daemon.api;

import io.keymoot.daemon.setting.ErrorCode;
import io.keymoot.daemon.setting.Problem;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The page's files, out of the jar: {@code page/index.html} at /, the others beneath /page/. */
final class PageFiles {
  private static final Pattern NAME = Pattern.compile("[a-z0-9-]+(\\.[a-z0-9-]+)*");
  private static final Map<String, String> TYPES =
      new TreeMap<>(
          Map.of(
              "html", "text/html; charset=utf-8",
              "css", "text/css; charset=utf-8",
              "js", "text/javascript; charset=utf-8",
              "svg", "image/svg+xml",
              "png", "image/png",
              "txt", "text/plain; charset=utf-8"));

  private final Map<String, Buffer> read = new TreeMap<>();

  void send(HttpServerRequest request, String path) {
    String name = path.equals("/") ? "index.html" : path.substring(Route.PAGE_FILES.length());
    String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
    Buffer content = NAME.matcher(name).matches() && type != null ? read(name) : null;
    if (content == null || type == null) {
      throw new Problem(
          ErrorCode.NO_SUCH_ROUTE, "The page has no such file.", "The page itself is at /.");
    }
    Answers.send(request, 200, type, content);
  }

  private @org.jspecify.annotations.Nullable Buffer read(String name) {
    Buffer known = read.get(name);
    if (known != null) {
      return known;
    }
    try (InputStream in = PageFiles.class.getResourceAsStream("/io/keymoot/daemon/page/" + name)) {
      if (in == null) {
        return null;
      }
      Buffer content = Buffer.buffer(in.readAllBytes());
      read.put(name, content);
      return content;
    } catch (IOException e) {
      return null;
    }
  }
}
