package io.keymoot.daemon.browser;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Headless Chromium with one tab, over the DevTools protocol. */
public final class Chromium implements AutoCloseable {
  private static final String LISTENING = "DevTools listening on ";
  private static final long PATIENCE_SECONDS = 30;

  private final Process process;
  private final WebSocket socket;
  private final String session;
  private final Map<Integer, CompletableFuture<JsonObject>> asked = new ConcurrentHashMap<>();
  private final List<String> complaints = new ArrayList<>(); // guarded by itself
  private int number;

  /** Where one is installed; none if none is. */
  public static Optional<Path> installed() {
    return Stream.of(Objects.requireNonNullElse(System.getenv("PATH"), "").split(":", -1))
        .filter(folder -> !folder.isEmpty())
        .flatMap(
            folder ->
                Stream.of("chromium", "chromium-browser", "google-chrome")
                    .map(name -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /**
   * @param profile a fresh folder
   */
  public Chromium(Path program, Path profile) throws Exception {
    process =
        new ProcessBuilder(
                program.toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--hide-scrollbars",
                "--user-data-dir=" + profile,
                "--remote-debugging-port=0",
                "--remote-debugging-address=127.0.0.1")
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    String address;
    try {
      address = address();
    } catch (IOException e) {
      process.destroyForcibly();
      throw e;
    }
    socket =
        HttpClient.newHttpClient()
            .newWebSocketBuilder()
            .buildAsync(URI.create(address), new Ears())
            .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    String tab =
        ask(null, "Target.createTarget", new JsonObject().put("url", "about:blank"))
            .getString("targetId");
    session =
        ask(
                null,
                "Target.attachToTarget",
                new JsonObject().put("targetId", tab).put("flatten", true))
            .getString("sessionId");
    for (String domain : List.of("Page", "Runtime", "Log")) {
      ask(domain + ".enable", new JsonObject());
    }
  }

  private String address() throws IOException {
    BufferedReader lines = process.errorReader(StandardCharsets.UTF_8);
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith(LISTENING)) {
        // What it says further is of no use, but must not fill the pipe.
        Thread.ofVirtual().start(() -> drain(lines));
        return line.substring(LISTENING.length());
      }
    }
    throw new IOException("Chromium ended before it listened");
  }

  private static void drain(BufferedReader lines) {
    try (lines) {
      while (lines.readLine() != null) {
        continue;
      }
    } catch (IOException e) {
      // It ended.
    }
  }

  // ---- the protocol

  /** Collects parts of messages: answers go to who asked, complaints of the page are kept. */
  private final class Ears implements WebSocket.Listener {
    private final StringBuilder parts = new StringBuilder();

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
      parts.append(part);
      if (last) {
        heard(new JsonObject(parts.toString()));
        parts.setLength(0);
      }
      from.request(1);
      return null;
    }
  }

  private void heard(JsonObject message) {
    Integer id = message.getInteger("id");
    if (id != null) {
      CompletableFuture<JsonObject> asker = asked.remove(id);
      if (asker != null && message.containsKey("error")) {
        asker.completeExceptionally(new IOException(message.getJsonObject("error").encode()));
      } else if (asker != null) {
        asker.complete(message.getJsonObject("result"));
      }
      return;
    }
    JsonObject told = message.getJsonObject("params", new JsonObject());
    switch (message.getString("method")) {
      case "Runtime.exceptionThrown" -> complain(told.getJsonObject("exceptionDetails").encode());
      case "Runtime.consoleAPICalled" -> {
        if (List.of("error", "warning", "assert").contains(told.getString("type"))) {
          complain(told.getJsonArray("args").encode());
        }
      }
      case "Log.entryAdded" -> {
        JsonObject entry = told.getJsonObject("entry");
        if (List.of("error", "warning").contains(entry.getString("level"))) {
          complain(entry.getString("text") + " " + entry.getString("url", ""));
        }
      }
      default -> {}
    }
  }

  private void complain(String text) {
    synchronized (complaints) {
      complaints.add(text);
    }
  }

  /** What stands in the console as an error or a warning. */
  public List<String> complaints() {
    synchronized (complaints) {
      return List.copyOf(complaints);
    }
  }

  private JsonObject ask(String method, JsonObject parameters) throws Exception {
    return ask(session, method, parameters);
  }

  private synchronized JsonObject ask(@Nullable String tab, String method, JsonObject parameters)
      throws Exception {
    int id = ++number;
    CompletableFuture<JsonObject> answer = new CompletableFuture<>();
    asked.put(id, answer);
    JsonObject message =
        new JsonObject().put("id", id).put("method", method).put("params", parameters);
    socket
        .sendText((tab == null ? message : message.put("sessionId", tab)).encode(), true)
        .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    return answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  // ---- what a person does

  public void open(String url) throws Exception {
    ask("Page.navigate", new JsonObject().put("url", url));
  }

  /** The value of an expression, promises awaited. */
  public @Nullable Object value(String expression) throws Exception {
    JsonObject result =
        ask(
            "Runtime.evaluate",
            new JsonObject()
                .put("expression", expression)
                .put("awaitPromise", true)
                .put("returnByValue", true)
                // As a person's click would be: some things are allowed to nobody else.
                .put("userGesture", true));
    if (result.containsKey("exceptionDetails")) {
      throw new IOException(expression + ": " + result.getJsonObject("exceptionDetails").encode());
    }
    return result.getJsonObject("result").getValue("value");
  }

  public boolean is(String expression) throws Exception {
    return Boolean.TRUE.equals(value("Boolean(" + expression + ")"));
  }

  /** A key, by its name and code: "Tab" or "ArrowRight", or a character. */
  public void press(String key, int code) throws Exception {
    JsonObject down =
        new JsonObject()
            .put("type", "rawKeyDown")
            .put("key", key)
            .put("code", key)
            .put("windowsVirtualKeyCode", code);
    ask("Input.dispatchKeyEvent", down);
    if (key.equals("Enter")) {
      ask("Input.dispatchKeyEvent", down.copy().put("type", "char").put("text", "\r"));
    }
    ask("Input.dispatchKeyEvent", down.copy().put("type", "keyUp"));
  }

  public void type(String text) throws Exception {
    ask("Input.insertText", new JsonObject().put("text", text));
  }

  /** Clicks with the mouse at the middle of the first element of this selector. */
  public void click(String selector) throws Exception {
    Object box =
        value(
            "(() => { const e = document.querySelector("
                + new JsonArray().add(selector).encode()
                + "[0]); if (!e) return null; e.scrollIntoView({block: 'center'});"
                + " const b = e.getBoundingClientRect();"
                + " return {x: b.x + b.width / 2, y: b.y + b.height / 2}; })()");
    if (!(box instanceof Map<?, ?> || box instanceof JsonObject)) {
      throw new IOException("there is nothing to click at " + selector);
    }
    JsonObject at = box instanceof JsonObject json ? json : JsonObject.mapFrom(box);
    for (String type : List.of("mousePressed", "mouseReleased")) {
      ask(
          "Input.dispatchMouseEvent",
          new JsonObject()
              .put("type", type)
              .put("x", at.getValue("x"))
              .put("y", at.getValue("y"))
              .put("button", "left")
              .put("clickCount", 1));
    }
  }

  public void window(int width, int height) throws Exception {
    ask(
        "Emulation.setDeviceMetricsOverride",
        new JsonObject()
            .put("width", width)
            .put("height", height)
            .put("deviceScaleFactor", 1)
            .put("mobile", false));
  }

  /**
   * @param scheme light or dark
   */
  public void prefer(String scheme) throws Exception {
    ask(
        "Emulation.setEmulatedMedia",
        new JsonObject()
            .put(
                "features",
                new JsonArray()
                    .add(
                        new JsonObject()
                            .put("name", "prefers-color-scheme")
                            .put("value", scheme))));
  }

  /** The whole page, however long. */
  public void photograph(Path file) throws Exception {
    String picture =
        ask(
                "Page.captureScreenshot",
                new JsonObject().put("format", "png").put("captureBeyondViewport", true))
            .getString("data");
    Files.createDirectories(Objects.requireNonNull(file.toAbsolutePath().getParent()));
    Files.write(file, Base64.getDecoder().decode(picture));
  }

  @Override
  public void close() throws Exception {
    socket.abort();
    List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
    process.destroy();
    if (!process.waitFor(5, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
    all.forEach(ProcessHandle::destroyForcibly);
  }
}
