package io.keymoot.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.peer.Address;
import org.junit.jupiter.api.Test;

class SourcesTest {
  /** Of one hash code: 31 · 1 + 31 = 31 · 2 + 0. */
  private static final Address VICTIM = new Address(Bytes.of(new byte[] {1, 31}));

  private static final Address CHOSEN = new Address(Bytes.of(new byte[] {2, 0}));

  @Test
  void nobodyHasTheNumberOfAnotherByChoosingAnAddressOfItsHashCode() {
    assertThat(VICTIM.hashCode()).isEqualTo(CHOSEN.hashCode());
    Sources sources = new Sources();
    assertThat(sources.of(VICTIM)).isNotEqualTo(sources.of(CHOSEN));
    assertThat(sources.of(VICTIM)).isEqualTo(sources.of(new Address(VICTIM.value())));
  }

  @Test
  void numbersOfAnotherProcessAreOthers() {
    assertThat(new Sources().of(VICTIM)).isNotEqualTo(new Sources().of(VICTIM));
  }
}
