package io.keymoot.flatkeying.fact;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Nobody but the author changes a byte of a fact, and not even the author one of somebody else's.
 */
class AlteredFactTest {
  private final FactVerifier verifier = new FactVerifier(VerifyMemory.NONE);

  @ParameterizedTest
  @EnumSource(names = {"FOUND", "ADMIT", "HERE", "REKEY", "RESEAL"})
  void noByteOfAMessageMayChange(MessageType type) {
    for (long seed = 0; seed < 2; seed++) {
      RandomFacts facts = new RandomFacts(seed);
      Envelope made = facts.envelope(type);
      Bytes bytes = FactCodec.encode(made);
      for (int i = 0; i < bytes.length(); i++) {
        assertUnbelievable(facts, made, Raw.flipped(bytes, i, 1 << facts.random.nextInt(8)), i);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"FOUND", "ADMIT", "HERE", "REKEY", "RESEAL"})
  void noByteOfAContentMayChangeWithTheHashInTheHeaderMended(MessageType type) {
    for (long seed = 0; seed < 2; seed++) {
      RandomFacts facts = new RandomFacts(seed);
      Envelope made = facts.envelope(type);
      for (int i = 0; i < made.body().length(); i++) {
        Bytes body = Raw.flipped(made.body(), i, 1 << facts.random.nextInt(8));
        Header old = made.header();
        Header mended =
            new Header(old.type(), old.group(), old.author(), old.heads(), body.sha256());
        Bytes message =
            FactCodec.join(HeaderCodec.encode(mended), made.signature(), body, made.cover());
        assertUnbelievable(facts, made, message, i);
      }
    }
  }

  private void assertUnbelievable(RandomFacts facts, Envelope made, Bytes altered, int at) {
    if (FactCodec.decode(altered) instanceof Decoded.Ok<Envelope>(Envelope read)) {
      boolean otherStatement = !read.id().equals(made.id());
      boolean otherSignature = !read.signature().equals(made.signature());
      assertThat(otherStatement ^ otherSignature).as("byte %d", at).isTrue();
      assertThat(verifier.verify(read, facts.key.spki()))
          .as("byte %d", at)
          .isInstanceOf(Verification.Rejected.class);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1})
  void anIntroducerCannotChangeAByteOfARequestThoughItSignsTheAdmit(long seed) {
    RandomFacts facts = new RandomFacts(seed);
    Envelope made = facts.writer.write(facts.heads(), facts.admit(2, 0));
    int endOfRows = made.body().length() - 2;
    for (int i = 1; i < endOfRows; i++) {
      Bytes body = Raw.flipped(made.body(), i, 1 << facts.random.nextInt(8));
      Bytes message = Raw.signedAgain(made, body, facts.key);
      if (FactCodec.decode(message) instanceof Decoded.Ok<Envelope>(Envelope read)) {
        assertThat(verifier.verify(read, facts.key.spki()))
            .as("byte %d", i)
            .isIn(
                new Verification.Rejected(Rejection.ROW_SIGNATURE),
                new Verification.Rejected(Rejection.ROW_KEY));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1})
  void noByteOfEvidenceMayChange(long seed) {
    RandomFacts facts = new RandomFacts(seed);
    Bytes spki = facts.key.spki();
    Bytes leave = EvidenceCodec.encode(facts.leave());
    Bytes approval = EvidenceCodec.encode(facts.approval());
    Bytes statement = EvidenceCodec.encode(facts.statement());
    Bytes request = EvidenceCodec.encode(facts.row());

    for (int i = 0; i < leave.length(); i++) {
      if (EvidenceCodec.decodeLeave(Raw.flipped(leave, i, 1))
          instanceof Decoded.Ok<Leave>(Leave read)) {
        assertThat(verifier.holds(read, spki)).as("byte %d", i).isFalse();
      }
    }
    for (int i = 0; i < approval.length(); i++) {
      if (EvidenceCodec.decodeApproval(Raw.flipped(approval, i, 1))
          instanceof Decoded.Ok<Approval>(Approval read)) {
        assertThat(verifier.holds(read, spki)).as("byte %d", i).isFalse();
      }
    }
    for (int i = 0; i < statement.length(); i++) {
      if (EvidenceCodec.decodeSignedHeader(Raw.flipped(statement, i, 1))
          instanceof Decoded.Ok<SignedHeader>(SignedHeader read)) {
        assertThat(verifier.holds(read, spki)).as("byte %d", i).isFalse();
      }
    }
    for (int i = 0; i < request.length(); i++) {
      if (EvidenceCodec.decodeJoinRequest(Raw.flipped(request, i, 1))
          instanceof Decoded.Ok<SignedJoinRequest>(SignedJoinRequest read)) {
        assertThat(verifier.holds(read)).as("byte %d", i).isFalse();
      }
    }
  }
}
