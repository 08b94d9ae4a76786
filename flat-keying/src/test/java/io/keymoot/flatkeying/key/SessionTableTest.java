package io.keymoot.flatkeying.key;

import static io.keymoot.flatkeying.key.Samples.CONTEXT;
import static io.keymoot.flatkeying.key.Samples.GROUP;
import static io.keymoot.flatkeying.key.Samples.hash;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keymoot.flatkeying.Entropy;
import io.keymoot.flatkeying.SeededEntropy;
import io.keymoot.flatkeying.crypto.LeafKeyPair;
import io.keymoot.flatkeying.fact.StayId;
import java.util.List;
import org.junit.jupiter.api.Test;

class SessionTableTest {
  private static final StayId OWN = new StayId(hash("own"));
  private static final StayId OWN_BEFORE = new StayId(hash("own before"));
  private static final StayId A = new StayId(hash("a"));
  private static final StayId B = new StayId(hash("b"));
  private static final StayId C = new StayId(hash("c"));
  private static final StayId D = new StayId(hash("d"));

  private final Entropy entropy = new SeededEntropy(50);
  private final LeafKeyPair leaf = LeafKeyPair.generate(entropy);
  private final SessionTable table = new SessionTable(GROUP, 3);

  private Session used(StayId own, StayId other) {
    Session session = table.between(own, other);
    var unused = session.seal(EpochSecret.fresh(entropy), CONTEXT, leaf.publicKey(), entropy);
    return session;
  }

  private void assertWiped(Session session) {
    assertThat(Capture.arraysIn(session)).isEmpty();
    assertThatThrownBy(
            () -> session.seal(EpochSecret.fresh(entropy), CONTEXT, leaf.publicKey(), entropy))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void twoStaysHaveOneSession() {
    assertThat(table.known(OWN, A)).isEmpty();
    Session session = table.between(OWN, A);

    assertThat(table.between(OWN, A)).isSameAs(session);
    assertThat(table.known(OWN, A)).contains(session);
    assertThat(table.between(OWN, B)).isNotSameAs(session);
    assertThat(table.between(OWN_BEFORE, A)).isNotSameAs(session);
    assertThatThrownBy(() -> table.between(A, A)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theLeastRecentlyUsedGoesFirstAndIsWiped() {
    Session a = used(OWN, A);
    Session b = used(OWN, B);
    Session c = used(OWN, C);
    List<byte[]> insideB = Capture.arraysIn(b);
    assertThat(table.between(OWN, A)).isSameAs(a);
    Session d = used(OWN, D);

    assertThat(table.size()).isEqualTo(3);
    assertThat(table.known(OWN, B)).isEmpty();
    assertWiped(b);
    assertThat(insideB).isNotEmpty().allSatisfy(each -> assertThat(each).containsOnly(0));
    assertThat(table.known(OWN, A)).contains(a);
    assertThat(table.known(OWN, C)).contains(c);
    assertThat(table.known(OWN, D)).contains(d);
  }

  @Test
  void aSessionDiesWithEitherStay() {
    Session a = used(OWN, A);
    Session before = used(OWN_BEFORE, A);
    Session b = used(OWN_BEFORE, B);
    table.forget(A);

    assertWiped(a);
    assertWiped(before);
    assertThat(table.known(OWN_BEFORE, B)).contains(b);
    table.forget(OWN_BEFORE);
    assertWiped(b);
    assertThat(table.size()).isZero();
  }

  @Test
  void closingTheTableWipesAll() {
    Session a = used(OWN, A);
    Session b = used(OWN, B);
    table.close();

    assertWiped(a);
    assertWiped(b);
    assertThat(table).hasToString("SessionTable(0 sessions)");
  }
}
