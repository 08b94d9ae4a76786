package io.keymoot.flatkeying.keying;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.EvidenceCodec;
import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.fact.SignedHeader;
import io.keymoot.flatkeying.message.ApproveWord;
import io.keymoot.flatkeying.message.Give;
import io.keymoot.flatkeying.message.Grant;
import io.keymoot.flatkeying.message.JoinAsk;
import io.keymoot.flatkeying.message.LeaveWord;
import io.keymoot.flatkeying.message.Need;
import io.keymoot.flatkeying.message.Relay;
import io.keymoot.flatkeying.message.SessionAnswer;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.message.SideFuzzTest;
import io.keymoot.flatkeying.message.SideMessage;
import io.keymoot.flatkeying.message.SyncAsk;
import io.keymoot.flatkeying.message.SyncReply;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The fuzz tests of side messages and covers start from what members really say. {@code
 * -Dcorpus.rewrite} writes it down anew, when its form has changed.
 */
class FuzzCorpusTest {
  private static final Path RESOURCES = Path.of("src/test/resources/io/keymoot/flatkeying");
  private static final Path SIDES = RESOURCES.resolve("message/SideFuzzTestInputs/sideMessages");
  private static final Path CONTENTS =
      RESOURCES.resolve("message/SideFuzzTestInputs/signedContents");
  private static final Path COVERS = RESOURCES.resolve("keying/CoverFuzzTestInputs/covers");

  @Test
  void everySideMessageHasASeed() throws IOException {
    if (System.getProperty("corpus.rewrite") != null) {
      rewrite();
    }
    assertThat(sides().keySet())
        .contains(
            MessageType.JOIN_REQUEST,
            MessageType.LEAVE,
            MessageType.APPROVE,
            MessageType.GRANT,
            MessageType.NEED,
            MessageType.GIVE,
            MessageType.SYNC,
            MessageType.SYNC_REPLY,
            MessageType.RELAY,
            MessageType.SESSION_ANSWER);
  }

  @Test
  void thereIsACoverThatWrapsAndOneThatSeals() throws IOException {
    boolean wraps = false;
    boolean seals = false;
    try (Stream<Path> files = Files.list(COVERS)) {
      for (Path file : files.sorted().toList()) {
        if (Cover.decode(read(file)) instanceof Decoded.Ok<Cover>(Cover cover)) {
          wraps |= cover.refresh().isPresent();
          seals |= !cover.seals().isEmpty();
        }
      }
    }
    assertThat(wraps).isTrue();
    assertThat(seals).isTrue();
  }

  private static Map<MessageType, SideMessage> sides() throws IOException {
    Map<MessageType, SideMessage> sides = new LinkedHashMap<>();
    try (Stream<Path> files = Files.list(SIDES)) {
      for (Path file : files.sorted().toList()) {
        Bytes bytes = read(file);
        if (SideCodec.decode(bytes) instanceof Decoded.Ok<SideMessage>(SideMessage message)) {
          sides.put(SideCodec.typeOf(bytes).orElseThrow(), message);
        }
      }
    }
    return sides;
  }

  private static Bytes read(Path file) throws IOException {
    return Bytes.owning(Files.readAllBytes(file));
  }

  // ---- writing it

  /** The first of each kind, from a story that needs them all. */
  private static void rewrite() throws IOException {
    Map<String, Bytes> sides = new LinkedHashMap<>();
    Map<String, Bytes> covers = new LinkedHashMap<>();
    Group group = new Group(3);
    group.witness =
        new Group.Witness() {
          @Override
          public void said(Group.Node from, Bytes message) {
            if (FactCodec.decode(message) instanceof Decoded.Ok<Envelope>(Envelope fact)) {
              if (!fact.cover().isEmpty()) {
                covers.putIfAbsent("cover-" + fact.cover().length(), fact.cover());
              }
            } else if (SideCodec.decode(message) instanceof Decoded.Ok) {
              String name = SideCodec.typeOf(message).orElseThrow().name().toLowerCase(Locale.ROOT);
              sides.putIfAbsent(name, message);
            }
          }

          @Override
          public void stepped(Group.Node node) {}
        };
    group.found("anna", "chair", Group.CHAIR_EXPELS);
    for (String name : new String[] {"ben", "cora", "dan", "eva", "finn"}) {
      group.join(name, "");
    }
    // Before anybody has slots, so with seals.
    group.run(1_500);
    group.node("anna").step(new Input.Expel(group.node("finn").device()));
    group.run(10_000);
    group.hears = (from, to) -> !to.name.equals("cora");
    group.node("ben").step(new Input.Expel(group.node("eva").device()));
    group.node("dan").step(new Input.Expel(group.node("eva").device()));
    group.run(5_000);
    group.hears = (from, to) -> true;
    group.run(10_000);
    group.node("dan").step(new Input.Leave());
    group.run(10_000);
    // Relays are for larger groups than this one.
    Bytes wrap = Bytes.owning(new byte[48]);
    sides.put(
        "relay",
        SideCodec.encode(
            new Relay(1, 2, List.of(new Relay.SlotWrap(3, wrap), new Relay.SlotWrap(31, wrap)))));
    for (Map.Entry<String, Bytes> each : sides.entrySet()) {
      write(SIDES, each.getKey(), each.getValue());
      SideMessage message = SideCodec.decode(each.getValue()).orThrow();
      Optional<SignedHeader> signed = signed(message);
      if (signed.isPresent()) {
        write(CONTENTS, each.getKey(), content(signed.get(), each.getValue()));
      }
    }
    for (Map.Entry<String, Bytes> each : covers.entrySet()) {
      write(COVERS, each.getKey(), each.getValue());
    }
  }

  private static Optional<SignedHeader> signed(SideMessage message) {
    return switch (message) {
      case Grant grant -> Optional.of(grant.signed());
      case Need need -> Optional.of(need.signed());
      case Give give -> Optional.of(give.signed());
      case SyncAsk ask -> Optional.of(ask.signed());
      case JoinAsk ask -> Optional.empty();
      case LeaveWord word -> Optional.empty();
      case ApproveWord word -> Optional.empty();
      case SyncReply reply -> Optional.empty();
      case Relay relay -> Optional.empty();
      case SessionAnswer answer -> Optional.empty();
    };
  }

  /** As the fuzz test takes it: which type, and the content behind its length. */
  private static Bytes content(SignedHeader signed, Bytes message) {
    int from = EvidenceCodec.encode(signed).length() + 2;
    byte[] content = new byte[1 + message.length() - from];
    content[0] = (byte) SideFuzzTest.SIGNED.indexOf(signed.header().type());
    message.slice(from, message.length() - from).copyTo(content, 1);
    return Bytes.owning(content);
  }

  private static void write(Path folder, String name, Bytes bytes) throws IOException {
    Files.write(Files.createDirectories(folder).resolve(name), bytes.toArray());
  }
}
