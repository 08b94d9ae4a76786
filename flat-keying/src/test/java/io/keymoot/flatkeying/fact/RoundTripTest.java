package io.keymoot.flatkeying.fact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoundTripTest {
  private static final int SEEDS = 150;
  private final FactVerifier verifier = new FactVerifier(VerifyMemory.NONE);

  @Test
  void everyFactComesBackFromItsBytesAndTheBytesFromTheFact() {
    for (long seed = 0; seed < SEEDS; seed++) {
      for (Envelope made : new RandomFacts(seed).envelopes()) {
        Bytes bytes = FactCodec.encode(made);
        Envelope read = FactCodec.decode(bytes).orThrow();
        assertThat(read).as("seed %d", seed).isEqualTo(made);
        assertThat(FactCodec.encode(read)).isEqualTo(bytes);
        assertThat(HeaderCodec.encode(read.header())).isEqualTo(read.head());
        assertThat(ContentCodec.encode(read.fact())).isEqualTo(read.body());
        assertThat(read.id().hash()).isEqualTo(Hash32.sha256(read.head().toArray()));
      }
    }
  }

  @Test
  void everyFactIsSignedByItsAuthor() {
    for (long seed = 0; seed < SEEDS; seed++) {
      RandomFacts facts = new RandomFacts(seed);
      for (Envelope made : facts.envelopes()) {
        Verified verified = verifier.verify(made, facts.key.spki()).orThrow();
        assertThat(verified.envelope()).isEqualTo(made);
        assertThat(verified.signer()).isEqualTo(facts.key.spki());
      }
    }
  }

  @Test
  void everyPieceOfEvidenceComesBackFromItsBytes() {
    for (long seed = 0; seed < SEEDS; seed++) {
      RandomFacts facts = new RandomFacts(seed);
      Bytes spki = facts.key.spki();

      SignedJoinRequest row = facts.row();
      assertThat(EvidenceCodec.decodeJoinRequest(EvidenceCodec.encode(row)).orThrow())
          .isEqualTo(row);
      assertThat(verifier.holds(row)).isTrue();
      assertThat(row.member()).isEqualTo(row.request().member());

      Leave leave = facts.leave();
      assertThat(EvidenceCodec.decodeLeave(EvidenceCodec.encode(leave)).orThrow()).isEqualTo(leave);
      assertThat(verifier.holds(leave, spki)).isTrue();

      Approval approval = facts.approval();
      assertThat(EvidenceCodec.decodeApproval(EvidenceCodec.encode(approval)).orThrow())
          .isEqualTo(approval);
      assertThat(verifier.holds(approval, spki)).isTrue();

      SignedHeader header = facts.statement();
      assertThat(EvidenceCodec.decodeSignedHeader(EvidenceCodec.encode(header)).orThrow())
          .isEqualTo(header);
      assertThat(verifier.holds(header, spki)).isTrue();
    }
  }

  @Test
  void aRekeyWithoutItsCoverIsTheSameFact() {
    RandomFacts facts = new RandomFacts(3);
    Bytes cover = facts.bytes(700);
    Envelope whole = facts.rekey(cover);
    Bytes stripped = FactCodec.encodeWithoutCover(whole);

    Envelope read = FactCodec.decode(stripped).orThrow();
    Verified verified = verifier.verify(read, facts.key.spki()).orThrow();

    assertThat(stripped.length()).isEqualTo(FactCodec.encode(whole).length() - cover.length());
    assertThat(read.id()).isEqualTo(whole.id());
    assertThat(read.cover()).isEqualTo(Bytes.EMPTY);
    assertThat(verified.withCover(cover).orElseThrow().envelope()).isEqualTo(whole);
    assertThat(verified.withCover(facts.bytes(700))).isEmpty();
    assertThat(verified.withCover(cover).orElseThrow().withoutCover()).isEqualTo(verified);
  }

  @Test
  void headsAreSortedByWhoWrites() {
    RandomFacts facts = new RandomFacts(4);
    List<FactId> heads = facts.heads(5);
    List<FactId> twice = List.of(heads.get(2), heads.get(0), heads.get(2), heads.get(1));

    Envelope made = facts.writer.write(twice, new Here(facts.hash(), facts.hash()));

    assertThat(made.header().heads()).isSorted().hasSize(3).isSubsetOf(heads);
  }

  @Test
  void whatWouldNotBeTakenIsNotMade() {
    RandomFacts facts = new RandomFacts(5);
    List<FactId> heads = facts.heads(1);
    Reseal empty = new Reseal(List.of());
    Rekey overAnotherCover = facts.rekeyOver(facts.bytes(10), List.of());
    Here here = new Here(facts.hash(), facts.hash());

    assertThatThrownBy(() -> facts.writer.write(heads, empty))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("slots has 0 items");
    assertThatThrownBy(() -> facts.writer.write(heads, overAnotherCover, facts.bytes(10)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("cover");
    assertThatThrownBy(() -> facts.writer.write(List.of(), here))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("heads");
  }

  @Test
  void aTextThatUtf8CannotSayIsNotMade() {
    RandomFacts facts = new RandomFacts(6);
    Found found = facts.found();
    Found broken =
        new Found(
            "half a pair \uD83D",
            found.profile(),
            found.suite(),
            found.rights(),
            found.trust(),
            found.founder());

    assertThatThrownBy(() -> FactWriter.found(facts.key, broken))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("UTF-8");
  }
}
