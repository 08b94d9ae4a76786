package io.keymoot.runtime;

import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.fact.Rekey;
import io.keymoot.flatkeying.fact.Target;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.group.Ledger;
import io.keymoot.flatkeying.keying.FlatKeying;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.message.SideMessage;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.flatkeying.wire.Hash32;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a device must still know when it starts again: who was put out. Else an expelled member
 * could meet it first, with a history that ends before its expulsion, and be believed.
 *
 * <p>Kept are the facts that put somebody out, with all their past, as they were signed, and the
 * certificates they rest on; with the next admission the peer takes them like any facts that come
 * from the network. So nothing here is believed that does not prove itself, nor waits for what
 * another has to say first, and what the others have forgotten they learn again.
 *
 * <pre>
 *   file:  "keymoot facts" | version u16 | group 32 | count u32
 *          | count × (length u32, fact, or message that has it with its certificates)
 *          | SHA-256 of all that
 * </pre>
 */
final class Remembered implements MemoryWriter.Storage {
  private static final Logger LOG = LoggerFactory.getLogger(Remembered.class);
  private static final byte[] MAGIC = "keymoot facts".getBytes(StandardCharsets.US_ASCII);

  /** The first had facts alone, which are read all the same. */
  private static final int VERSION = 2;

  private static final int HEAD = MAGIC.length + Short.BYTES + Hash32.LENGTH + Integer.BYTES;

  private final Path folder;
  private final Consumer<NodeEvent> events;

  Remembered(Path folder, Consumer<NodeEvent> events) {
    this.folder = folder;
    this.events = events;
  }

  @Override
  public Path file(GroupId group) {
    return folder.resolve(group.hash().toHex().substring(0, 16) + ".facts");
  }

  // ---- choosing

  /** The facts that put somebody out, and their past; parents first. On the loop's thread. */
  static List<Bytes> worthKeeping(FlatKeying keying) {
    Deque<Known> path = new ArrayDeque<>();
    for (Known fact : all(keying.ledger(), keying.state())) {
      if (fact.type() == MessageType.REKEY
          && fact.fact() instanceof Rekey rekey
          && rekey.targets().stream()
              .anyMatch(
                  target -> target instanceof Target.Expelled || target instanceof Target.Faulty)) {
        path.push(fact);
      }
    }
    List<Bytes> kept = new ArrayList<>();
    for (Known fact : withPasts(path)) {
      kept.add(keying.told(fact));
    }
    return kept;
  }

  private static List<Known> all(Ledger ledger, GroupState state) {
    Deque<Known> heads = new ArrayDeque<>();
    state.heads().forEach(head -> heads.push(Objects.requireNonNull(ledger.get(head))));
    return withPasts(heads);
  }

  /** These and all below them, parents first. */
  private static List<Known> withPasts(Deque<Known> todo) {
    Set<Known> seen = new HashSet<>();
    Set<Known> done = new HashSet<>();
    List<Known> order = new ArrayList<>();
    while (!todo.isEmpty()) {
      Known next = todo.peek();
      if (seen.add(next)) {
        next.parents().stream().filter(parent -> !seen.contains(parent)).forEach(todo::push);
      } else {
        todo.pop();
        if (done.add(next)) {
          order.add(next);
        }
      }
    }
    return order;
  }

  // ---- writing

  @Override
  public void save(GroupId group, List<Bytes> facts) throws IOException {
    long length = HEAD + Hash32.LENGTH;
    for (Bytes fact : facts) {
      length += (long) Integer.BYTES + fact.length();
    }
    if (length > RuntimeLimits.REMEMBERED_BYTES) {
      throw new MemoryWriter.TooLarge(length, RuntimeLimits.REMEMBERED_BYTES);
    }
    ByteBuffer out = ByteBuffer.allocate((int) length);
    out.put(MAGIC).putShort((short) VERSION).put(group.hash().toArray()).putInt(facts.size());
    for (Bytes fact : facts) {
      out.putInt(fact.length()).put(fact.toArray());
    }
    byte[] whole = out.array();
    byte[] body = Arrays.copyOf(whole, out.position());
    Hash32.sha256(body).write(whole, body.length);
    Files.createDirectories(folder);
    OwnFile.write(file(group), whole);
  }

  // ---- reading

  /** Empty if nothing was kept, or what was kept cannot be used, which is told. */
  List<Bytes> load(GroupId group) {
    Path file = file(group);
    byte[] whole;
    try {
      long size = Files.size(file);
      if (size > RuntimeLimits.REMEMBERED_BYTES) {
        return unusable(
            file,
            String.format(
                Locale.ROOT,
                "it has %,d bytes, and none that this program writes has more than %,d",
                size,
                RuntimeLimits.REMEMBERED_BYTES));
      }
      whole = Files.readAllBytes(file);
    } catch (NoSuchFileException nothing) {
      return List.of();
    } catch (IOException e) {
      String told =
          e
              + ". This device starts without knowing who was put out before, and learns it from"
              + " the others; check the file's rights and the disk, then start it again";
      LOG.error("Cannot read {}: {}", file, told);
      events.accept(new NodeEvent.NotRead(file, told));
      return List.of();
    }
    List<Bytes> facts = new ArrayList<>();
    Optional<String> why = read(whole, group, facts);
    return why.isPresent() ? unusable(file, why.get()) : facts;
  }

  /** Why not, or empty. */
  private static Optional<String> read(byte[] whole, GroupId group, List<Bytes> facts) {
    int end = whole.length - Hash32.LENGTH;
    if (end < HEAD || !Arrays.equals(whole, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
      return Optional.of("it is no file of remembered facts, or was cut short");
    }
    ByteBuffer in = ByteBuffer.wrap(whole, MAGIC.length, end - MAGIC.length);
    int version = in.getShort();
    if (version < 1 || version > VERSION) {
      return Optional.of("it is of version " + version + ", this program reads 1 to " + VERSION);
    }
    if (!Hash32.sha256(Arrays.copyOf(whole, end)).equals(Hash32.read(whole, end))) {
      return Optional.of("its checksum does not fit: it was damaged or changed");
    }
    byte[] of = new byte[Hash32.LENGTH];
    in.get(of);
    if (!Hash32.of(of).equals(group.hash())) {
      return Optional.of("it is of another group");
    }
    int count = in.getInt();
    for (int i = 0; i < count; i++) {
      int length = in.remaining() < Integer.BYTES ? -1 : in.getInt();
      if (length < 0 || length > RuntimeLimits.CONTROL_BYTES || length > in.remaining()) {
        return Optional.of("fact " + (i + 1) + " is cut short");
      }
      byte[] bytes = new byte[length];
      in.get(bytes);
      Bytes fact = Bytes.owning(bytes);
      Optional<String> bad = malformed(fact);
      if (bad.isPresent()) {
        return Optional.of("fact " + (i + 1) + " is malformed: " + bad.get());
      }
      facts.add(fact);
    }
    return in.hasRemaining() ? Optional.of("something follows its end") : Optional.empty();
  }

  /** Why, unless it is a fact, alone or with the credentials that it rests on. */
  private static Optional<String> malformed(Bytes kept) {
    if (SideCodec.typeOf(kept).filter(MessageType.SYNC_REPLY::equals).isPresent()) {
      return SideCodec.decode(kept) instanceof Decoded.Malformed<SideMessage> bad
          ? Optional.of(bad.reason())
          : Optional.empty();
    }
    return FactCodec.decode(kept) instanceof Decoded.Malformed<Envelope> bad
        ? Optional.of(bad.reason())
        : Optional.empty();
  }

  private List<Bytes> unusable(Path file, String why) {
    String so =
        ". This device starts without knowing who was put out before, and learns it from the"
            + " others";
    try {
      Path aside = OwnFile.setAside(file);
      String told = why + so;
      LOG.error("{} cannot be used: {}. It is kept as {}", file, told, aside);
      events.accept(new NodeEvent.SetAside(file, aside, told));
    } catch (IOException e) {
      // The next writing takes its place.
      String told = why + "; nor could it be set aside: " + e + so + ". Move it, to keep it";
      LOG.error("{} cannot be used: {}", file, told);
      events.accept(new NodeEvent.NotRead(file, told));
    }
    return List.of();
  }
}
