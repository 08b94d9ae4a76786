package io.keymoot.daemon;

import io.keymoot.daemon.api.EventLog;
import io.keymoot.daemon.setting.PrivateFiles;
import io.keymoot.daemon.setting.Setting;
import io.keymoot.daemon.setting.Settings;
import io.vertx.core.json.JsonObject;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A program of the owner's that is run at events, one after another: it reads the event as a line
 * of JSON on its standard input. It is run by no shell, with no arguments and an environment of two
 * variables; it has ten seconds. Of messages it is told that they came and from whom, never what
 * they say. Events that came too fast for it are told as missed, as to everybody.
 */
final class Hook implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Hook.class);
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int AT_ONCE = 100;

  private static final List<String> TYPES =
      List.of(
          "message",
          "unopened",
          "status",
          "roster",
          "rekeyed",
          "resealed",
          "pending",
          "answered",
          "turned-away",
          "refused",
          "expelled",
          "note");

  /** What the group said to each other is its own. */
  private static final List<String> CONTENT = List.of("text", "base64");

  private final Path program;
  private final Set<String> types;
  private final EventLog events;
  private final Duration patience;
  private final Semaphore news = new Semaphore(0);
  private final Runnable wake = news::release;
  private final Thread thread;
  private volatile @Nullable Process running;
  private volatile boolean over;
  private long at;

  /** None where no program is set; one that cannot be used is explained. */
  static Optional<Hook> of(Settings settings, EventLog events) {
    return program(settings).map(program -> new Hook(program, types(settings), events, PATIENCE));
  }

  static Optional<Path> program(Settings settings) {
    types(settings);
    return settings.has(Setting.HOOK)
        ? Optional.of(usable(Path.of(settings.get(Setting.HOOK))))
        : Optional.empty();
  }

  private static Set<String> types(Settings settings) {
    Set<String> types = new TreeSet<>(settings.list(Setting.HOOK_EVENTS));
    for (String type : types) {
      if (!TYPES.contains(type)) {
        throw Settings.wrong(
            "The setting 'hook-events' names '" + type + "', and there are no such events.",
            "There are: " + String.join(", ", TYPES) + '.');
      }
    }
    return types;
  }

  /** What others could change would do with this user's rights what they want. */
  private static Path usable(Path program) {
    String remedy = "Name a file that is executable, and that its owner alone can change.";
    try {
      if (!Files.isRegularFile(program) || !Files.isExecutable(program)) {
        throw Settings.wrong(
            "The setting 'hook' is '" + program + "', which is no program.", remedy);
      }
      Path real = program.toRealPath();
      Set<PosixFilePermission> rights = Files.getPosixFilePermissions(real);
      if (rights.contains(PosixFilePermission.GROUP_WRITE)
          || rights.contains(PosixFilePermission.OTHERS_WRITE)) {
        throw Settings.wrong("Other users can change " + real + ", the setting 'hook'.", remedy);
      }
      return real;
    } catch (IOException e) {
      throw Settings.wrong(
          "The setting 'hook' is '" + program + "': " + PrivateFiles.why(e) + '.', remedy);
    }
  }

  Hook(Path program, Set<String> types, EventLog events, Duration patience) {
    this.program = program;
    this.types = types;
    this.events = events;
    this.patience = patience;
    this.at = events.last();
    this.thread = Thread.ofPlatform().daemon().name("keymoot-hook").unstarted(this::follow);
    events.tell(wake);
    thread.start();
  }

  private void follow() {
    try {
      while (!over) {
        EventLog.Page page = events.after(at, AT_ONCE);
        if (page.missedFrom() > 0) {
          run("missed", new JsonObject().put("missed", EventLog.missed(page)));
        }
        at = page.last();
        for (String each : page.events()) {
          JsonObject event = new JsonObject(each);
          if (types.contains(event.getString("type")) && !over) {
            run(event.getString("type"), event);
          }
        }
        if (page.events().isEmpty()) {
          news.acquire();
          news.drainPermits();
        }
      }
    } catch (InterruptedException e) {
      // It is closed.
    }
  }

  private void run(String type, JsonObject event) throws InterruptedException {
    if (type.equals("message")) {
      CONTENT.forEach(event::remove);
    }
    ProcessBuilder builder = new ProcessBuilder(program.toString());
    String path = builder.environment().get("PATH");
    builder.environment().clear();
    builder.environment().put("PATH", path == null ? "/usr/bin:/bin" : path);
    builder.environment().put("KEYMOOT_EVENT", type);
    builder.directory(folder());
    // What it says nobody reads here, and so it need never wait for a reader.
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    try {
      Process process = builder.start();
      running = process;
      tell(process, type, event);
    } catch (IOException e) {
      LOG.warn("The hook {} could not be run at {}: {}", program, type, e.getMessage());
    } finally {
      running = null;
    }
  }

  /** One that does not even read is ended in time too. */
  private void tell(Process process, String type, JsonObject event) throws InterruptedException {
    AtomicBoolean late = new AtomicBoolean();
    CompletableFuture<Void> watch =
        CompletableFuture.runAsync(
            () -> {
              late.set(true);
              end(process);
            },
            CompletableFuture.delayedExecutor(patience.toMillis(), TimeUnit.MILLISECONDS));
    try (OutputStream input = process.getOutputStream()) {
      input.write((event.encode() + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      LOG.debug("The hook {} did not read its event: {}", program, e.toString());
    }
    try {
      int code = process.waitFor();
      if (late.get()) {
        LOG.warn("The hook {} took longer than {} at {}, and was ended", program, patience, type);
      } else if (code != 0) {
        LOG.warn("The hook {} ended with {} at {}", program, code, type);
      }
    } finally {
      watch.cancel(false);
      end(process);
    }
  }

  /** With what it began. Once it has gone by itself, what it left behind is its owner's affair. */
  private static void end(Process process) {
    if (process.isAlive()) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private File folder() {
    Path folder = program.getParent();
    return (folder == null ? Path.of("/") : folder).toFile();
  }

  @Override
  public void close() {
    over = true;
    events.untell(wake);
    thread.interrupt();
    Process process = running;
    if (process != null) {
      end(process);
    }
  }
}
