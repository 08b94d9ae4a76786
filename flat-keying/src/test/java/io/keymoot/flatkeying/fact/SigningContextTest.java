package io.keymoot.flatkeying.fact;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.WireWriter;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is signed for one use is good for no other. */
class SigningContextTest {
  private final RandomFacts facts = new RandomFacts(1);
  private final Bytes spki = facts.key.spki();
  private final FactVerifier verifier = new FactVerifier(VerifyMemory.NONE);

  private static List<MessageType> withHeader() {
    return Stream.of(MessageType.values())
        .filter(type -> type.hasHeader() && type != MessageType.FOUND)
        .toList();
  }

  @Test
  void whatIsSignedAsOneTypeIsNeverValidAsAnother() {
    for (MessageType signedAs : withHeader()) {
      SignedHeader signed = facts.writer.sign(signedAs, facts.heads(), Bytes.EMPTY);
      assertThat(verifier.holds(signed, spki)).isTrue();
      for (MessageType other : withHeader()) {
        if (other != signedAs) {
          Header old = signed.header();
          Header header = new Header(other, old.group(), old.author(), old.heads(), old.content());
          assertThat(verifier.holds(new SignedHeader(header, signed.signature()), spki)).isFalse();
        }
      }
    }
  }

  @Test
  void theContextAloneTellsTypesGroupsAndVersionsApart() {
    Header header = Raw.header(MessageType.LEAVE, Bytes.EMPTY);
    Bytes head = HeaderCodec.encode(header);
    byte[] right = HeaderCodec.signed(MessageType.LEAVE, Raw.GROUP, head);
    assertThat(holds(header, right)).isTrue();

    for (MessageType type : MessageType.values()) {
      if (type != MessageType.LEAVE) {
        assertThat(holds(header, HeaderCodec.signed(type, Raw.GROUP, head))).isFalse();
      }
    }
    assertThat(holds(header, HeaderCodec.signed(MessageType.LEAVE, facts.group, head))).isFalse();
    assertThat(holds(header, HeaderCodec.signed(MessageType.LEAVE, GroupId.NONE, head))).isFalse();
    assertThat(holds(header, context("keymoot/1 LEAVE ", head))).isTrue();
    assertThat(holds(header, context("keymoot/2 LEAVE ", head))).isFalse();
    assertThat(holds(header, context("keymoot/1 LEAVE", head))).isFalse();
    assertThat(holds(header, context("", head))).isFalse();
    assertThat(holds(header, head.toArray())).isFalse();
  }

  private boolean holds(Header header, byte[] message) {
    return verifier.holds(new SignedHeader(header, facts.key.sign(message)), spki);
  }

  private static byte[] context(String words, Bytes head) {
    return new WireWriter()
        .fixed(words.getBytes(US_ASCII))
        .hash(Raw.GROUP.hash())
        .fixed(head)
        .toArray();
  }

  @Test
  void noContextIsTheBeginningOfAnother() {
    List<String> contexts =
        Stream.of(MessageType.values())
            .map(type -> new String(HeaderCodec.signed(type, Raw.GROUP, Bytes.EMPTY), US_ASCII))
            .map(text -> text.substring(0, text.length() - 32))
            .toList();
    for (String one : contexts) {
      for (String other : contexts) {
        assertThat(other.startsWith(one)).isEqualTo(one.equals(other));
      }
    }
  }

  @Test
  void aRequestToOneGroupIsNoneToAnother() {
    SignedJoinRequest row = facts.row();
    JoinRequest old = row.request();
    JoinRequest elsewhere =
        new JoinRequest(
            Raw.GROUP, old.key(), old.credential(), old.leafKey(), old.nonce(), old.saw());
    assertThat(verifier.holds(row)).isTrue();
    assertThat(
            verifier.holds(new SignedJoinRequest(elsewhere, elsewhere.member(), row.signature())))
        .isFalse();
  }

  @Test
  void aSignatureOverAHeaderIsNoneOverARequestNorTheOtherWayRound() {
    SignedJoinRequest row = facts.row();
    Bytes body = JoinRequestCodec.encodeBody(row.request());
    for (MessageType type : withHeader()) {
      Bytes signature = facts.key.sign(HeaderCodec.signed(type, facts.group, body));
      assertThat(verifier.holds(new SignedJoinRequest(row.request(), row.member(), signature)))
          .isFalse();
    }
    // Their first bytes differ, so no hash of the one is ever a hash of the other.
    assertThat(HeaderCodec.encode(Raw.header(MessageType.LEAVE, body)).at(1))
        .isNotEqualTo(body.at(1));
  }

  @Test
  void anotherKeyDidNotSign() {
    RandomFacts other = new RandomFacts(3);
    assertThat(verifier.holds(facts.leave(), other.key.spki())).isFalse();
    assertThat(verifier.holds(facts.approval(), other.key.spki())).isFalse();
    assertThat(verifier.holds(facts.statement(), other.key.spki())).isFalse();
    assertThat(verifier.holds(facts.leave(), Bytes.EMPTY)).isFalse();
    assertThat(verifier.holds(facts.leave(), facts.bytes(44))).isFalse();
  }
}
