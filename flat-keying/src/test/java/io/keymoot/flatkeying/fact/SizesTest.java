package io.keymoot.flatkeying.fact;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.crypto.SignatureKind;
import io.keymoot.flatkeying.fact.Target.Expelled;
import io.keymoot.flatkeying.fact.Target.Left;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.ArrayList;
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
  void whoKnowsWhatTheLeaverBeforeItKnowsTakes130Bytes() {
    List<FactId> heads = facts.heads(3);
    List<FactId> others = facts.heads(2);
    int none = size(rekeyOf(List.of()));
    int one = size(rekeyOf(leavers(heads, 1)));
    assertThat(one - none).isEqualTo(130 + 3 * 32);
    assertThat(size(rekeyOf(leavers(heads, 254))) - one).isEqualTo(253 * 130);
    List<Target> more = new ArrayList<>(leavers(heads, 2));
    more.addAll(leavers(others, 2));
    assertThat(size(rekeyOf(more)) - none).isEqualTo(4 * 130 + 5 * 32);
  }

  private List<Target> leavers(List<FactId> heads, int count) {
    return IntStream.range(0, count)
        .mapToObj(
            i ->
                new FactWriter(facts.key, facts.group, new MemberId(facts.hash()))
                    .leave(heads, new StayId(facts.hash())))
        .<Target>map(Left::new)
        .toList();
  }

  private Rekey rekeyOf(List<Target> targets) {
    return new Rekey(Optional.empty(), targets, facts.hash(), facts.hash(), facts.hash());
  }

  @Test
  void aHereIs264Bytes() {
    assertThat(size(new Here(facts.hash(), facts.hash()))).isEqualTo(264);
  }

  private int size(Fact fact) {
    return FactCodec.encode(facts.writer.write(facts.heads(1), fact)).length();
  }
}
