package io.keymoot.daemon;

import io.keymoot.daemon.api.Times;
import io.keymoot.daemon.setting.PrivateFiles;
import io.keymoot.daemon.setting.Problem;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.wire.Hash32;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * When this device saw each member first, kept in a file: with the next start of the daemon those
 * who were there all along are not new. The group's facts know no time, so only this tells.
 */
final class Sightings implements AutoCloseable {
  private static final String FIRST_LINE = "keymoot seen 1";
  private static final int MOST_BYTES = 4 << 20;

  private final Path file;
  private final Consumer<String> note;
  private final Map<MemberId, Instant> before = new TreeMap<>();
  private final AtomicReference<@Nullable Map<MemberId, Instant>> toWrite = new AtomicReference<>();
  private boolean closed; // guarded by this

  /** Nothing rests on it, so a file that cannot be read is told of and left behind. */
  Sightings(Path file, Consumer<String> note) {
    this.file = file;
    this.note = note;
    if (!Files.exists(file)) {
      return;
    }
    try {
      read(new String(PrivateFiles.read(file, MOST_BYTES), StandardCharsets.UTF_8));
    } catch (IllegalArgumentException | DateTimeException | Problem e) {
      before.clear();
      note.accept(file + " is damaged: who was here before is told as seen now.");
    }
  }

  private void read(String text) {
    List<String> lines = text.lines().toList();
    if (lines.isEmpty() || !lines.get(0).equals(FIRST_LINE)) {
      throw new IllegalArgumentException("it does not begin as it should");
    }
    for (String line : lines.subList(1, lines.size())) {
      int space = line.indexOf(' ');
      if (space < 0) {
        throw new IllegalArgumentException("a line is no member and a time");
      }
      before.put(
          new MemberId(Hash32.fromHex(line.substring(0, space))),
          Instant.parse(line.substring(space + 1)));
    }
  }

  /** Of somebody whom this run sees for the first time now. */
  Instant since(MemberId member, Instant now) {
    return before.getOrDefault(member, now);
  }

  /** Those who are in. It is written elsewhere: whoever says it may be the node's own thread. */
  void are(Map<MemberId, Instant> members) {
    if (toWrite.getAndSet(new TreeMap<>(members)) == null) {
      var unused = CompletableFuture.runAsync(this::write);
    }
  }

  private synchronized void write() {
    Map<MemberId, Instant> members = toWrite.getAndSet(null);
    if (members == null || closed) {
      return;
    }
    StringBuilder text = new StringBuilder(FIRST_LINE).append('\n');
    members.forEach(
        (member, at) ->
            text.append(member.hash().toHex()).append(' ').append(Times.text(at)).append('\n'));
    try {
      PrivateFiles.write(file, text.toString().getBytes(StandardCharsets.UTF_8));
    } catch (Problem e) {
      note.accept(e.detail());
    }
  }

  /** What waits is written, and nothing after it. */
  @Override
  public synchronized void close() {
    write();
    closed = true;
  }
}
