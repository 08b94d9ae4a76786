package io.keymoot.flatkeying.key;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.SeededEntropy;
import io.keymoot.flatkeying.crypto.HybridSeal;
import io.keymoot.flatkeying.crypto.LeafKeyPair;
import io.keymoot.flatkeying.crypto.SealContext;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.fact.Slot;
import io.keymoot.flatkeying.fact.StayId;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import io.keymoot.flatkeying.wire.WireWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The key schedule gives what {@code key-schedule.txt} says, all of it. */
class KeyScheduleVectorsTest {
  private final Map<String, Bytes> inputs = new LinkedHashMap<>();
  private final Map<String, Bytes> expected = new LinkedHashMap<>();
  private final Map<String, Bytes> actual = new LinkedHashMap<>();

  KeyScheduleVectorsTest() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(getClass().getResourceAsStream("key-schedule.txt"))) {
      for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
        if (!line.isBlank() && !line.startsWith("#")) {
          String[] sides = line.split(" = ");
          (sides[0].startsWith("in.") ? inputs : expected).put(sides[0], Bytes.fromHex(sides[1]));
        }
      }
    }
  }

  @Test
  void theKeyScheduleGivesTheKnownAnswers() {
    GroupId group = new GroupId(hash("in.group"));
    FactId x = new FactId(hash("in.epoch.x"));
    FactId y = new FactId(hash("in.epoch.y"));
    Slot slot = new Slot(in("in.slot").at(0), in("in.slot").at(1));
    MemberId wrapper = new MemberId(hash("in.wrapper"));
    Hash32 context = hash("in.context");
    EpochSecret ofX = EpochSecret.fresh(entropy("in.c.x.0"));
    EpochSecret ofY = EpochSecret.fresh(entropy("in.c.y.0"));

    gives("commitment.x", ofX.commitment().toArray());
    gives("c.x.1", ofX.step().alive());
    gives("c.x.2", ofX.at(2).alive());

    Tek tek = ofX.at(2).tek(group, x);
    gives("tek.x.0", ofX.tek(group, x).alive());
    gives("tek.x.2", tek.alive());
    gives("kid", ByteBuffer.allocate(4).putInt(tek.kidPrefix()).array());
    gives("sender-key", tek.senderKey(new StayId(hash("in.stay"))).lend(byte[]::clone));
    gives("export", tek.export("recording", in("in.export.context"), 48));
    gives("heartbeat.mac", tek.mac(in("in.heartbeat")).toArray());

    ResealKey resealed = ResealKey.fresh(entropy("in.reseal-key"));
    Kek kek = resealed.step(ofX, slot, x);
    gives("reseal.commitment", resealed.commitment().toArray());
    gives("kek.x", kek.alive());
    gives("kek.y", kek.step(ofY, y).alive());

    gives("wrap.kek", kek.wrap(ofY, context, wrapper).toArray());
    gives("wrap.refresh", ofX.step().wrap(ofY, context, wrapper).toArray());

    hybridSeal(group);
    session(group, ofX, ofY, context);

    assertThat(actual).isEqualTo(expected);
  }

  private void hybridSeal(GroupId group) {
    LeafKeyPair leaf = LeafKeyPair.generate(entropy("in.leaf.seed"));
    SealContext context =
        new SealContext(
            group,
            new MemberId(hash("in.from")),
            new MemberId(hash("in.to")),
            MessageType.GIVE,
            hash("in.id"));
    Bytes sealed =
        HybridSeal.seal(
            leaf.publicKey(), context, in("in.plaintext").toArray(), entropy("in.hybrid.eseed"));
    gives("leaf.hash", leaf.publicKey().hash().toArray());
    gives("hybrid.sha256", Hash32.sha256(sealed.toArray()).toArray());
    gives("hybrid.end", sealed.slice(1_120, sealed.length() - 1_120).toArray());
  }

  private void session(GroupId group, EpochSecret ofX, EpochSecret ofY, Hash32 context) {
    LeafKeyPair leaf = LeafKeyPair.generate(entropy("in.leaf.seed"));
    StayId from = new StayId(hash("in.from"));
    StayId to = new StayId(hash("in.to"));
    Session offerer = new Session(group, from, to);
    Session answerer = new Session(group, to, from);
    SeededEntropy offering =
        new SeededEntropy(0, in("in.session.ephemeral.seed"), in("in.session.offer.eseed"));

    Session.Sealed first = offerer.seal(ofX, context, leaf.publicKey(), offering);
    Handshake.Offer offer = first.offer().orElseThrow();
    gives("session.proof", offer.proof().toArray());
    gives("session.offer.sha256", hashOf(offer));
    gives("session.half-open.0", first.seal().sealed().toArray());
    gives("session.half-open.1", sealed(offerer, ofY, context, leaf));

    var reply =
        (Session.Taken.Reply) answerer.take(offer, leaf, entropy("in.session.answer.eseed"));
    Handshake.Answer answer = reply.message();
    assertThat(offerer.take(answer)).isTrue();
    gives("session.confirmation", answer.confirmation().toArray());
    gives("session.answer.sha256", hashOf(answer));
    gives("session.offerer.0", sealed(offerer, ofX, context, leaf));
    gives("session.offerer.1", sealed(offerer, ofY, context, leaf));
    gives("session.answerer.0", sealed(answerer, ofX, context, leaf));
    gives("session.answerer.1", sealed(answerer, ofY, context, leaf));
  }

  private static byte[] sealed(
      Session session, EpochSecret secret, Hash32 context, LeafKeyPair leaf) {
    Session.Sealed sealed = session.seal(secret, context, leaf.publicKey(), target -> {});
    return sealed.seal().sealed().toArray();
  }

  private static byte[] hashOf(Handshake message) {
    WireWriter out = new WireWriter();
    switch (message) {
      case Handshake.Offer offer -> offer.write(out);
      case Handshake.Answer answer -> answer.write(out);
    }
    return Hash32.sha256(out.toArray()).toArray();
  }

  private Bytes in(String name) {
    return Objects.requireNonNull(inputs.get(name), name);
  }

  private Hash32 hash(String name) {
    return Hash32.of(in(name).toArray());
  }

  private SeededEntropy entropy(String name) {
    return new SeededEntropy(0, in(name));
  }

  private void gives(String name, byte[] value) {
    actual.put(name, Bytes.of(value));
  }
}
