package io.keymoot.flatkeying.fact;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.crypto.SignatureKind;
import io.keymoot.flatkeying.fact.Target.Expelled;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What facts weigh, with one parent and Ed25519 keys: the figures the specification quotes. */
class SizesTest {
  private final RandomFacts facts = new RandomFacts(1, SignatureKind.ED25519);

  @Test
  void aHeaderIs99BytesAnd32ForEachParent() {
    assertThat(header(1)).isEqualTo(131);
    assertThat(header(32)).isEqualTo(1_123);
  }

  private int header(int heads) {
    return HeaderCodec.encode(
            facts.writer.sign(MessageType.HERE, facts.heads(heads), Bytes.EMPTY).header())
        .length();
  }

  @Test
  void anAdmitIs202BytesAnd256ForEachRow() {
    assertThat(admit(1, SignatureKind.ED25519)).isEqualTo(458);
    assertThat(admit(128, SignatureKind.ED25519)).isEqualTo(32_970);
    assertThat(admit(128, SignatureKind.ECDSA_P256)).isEqualTo(38_986);
  }

  private int admit(int rows, SignatureKind kind) {
    List<SignedJoinRequest> requests =
        IntStream.range(0, rows).mapToObj(i -> facts.row(kind)).toList();
    return size(new Admit(requests, List.of()));
  }

  @Test
  void aRekeyThatExpelsOneByRoleIs364BytesBesidesItsCover() {
    Expelled expelled = new Expelled(new Fingerprint(facts.hash()), List.of());
    Rekey rekey =
        new Rekey(
            Optional.of(new FactId(facts.hash())),
            List.of(expelled),
            facts.hash(),
            facts.hash(),
            facts.hash());
    assertThat(size(rekey)).isEqualTo(364);
  }

  @Test
  void aHereIs264Bytes() {
    assertThat(size(new Here(facts.hash(), facts.hash()))).isEqualTo(264);
  }

  private int size(Fact fact) {
    return FactCodec.encode(facts.writer.write(facts.heads(1), fact)).length();
  }
}
