package io.keymoot.flatkeying.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.fact.Envelope;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.openjdk.jol.info.GraphLayout;

/**
 * What a state takes in memory, with all that it holds on to but the bytes of the facts: those are
 * kept anyhow, to be given to others, and the state points into them.
 */
class StateSizeTest {
  private static final int MEMBERS = 1_024;

  @BeforeAll
  static void whereJolMayNotLookIntoARecordItTries() {
    System.setProperty("jol.magicFieldOffset", "true");
  }

  /** As it comes to be: newcomers in large batches. */
  @Test
  void theStateOf1024MembersTakesLessThan400Kilobytes() {
    assertThat(sizeOf(crowd(MEMBERS, 128))).isLessThan(400_000);
  }

  /** Its place in the graph, where it stays while its bytes do. */
  @Test
  void aFactTakesLessThan256BytesBesideItsOwn() {
    Crowd oneByOne = crowd(257, 1);
    Crowd batches = crowd(257, 128);
    int more = oneByOne.facts.size() - batches.facts.size();
    assertThat(more).isEqualTo(254);
    assertThat((sizeOf(oneByOne) - sizeOf(batches)) / more).isLessThan(256);
  }

  private static Crowd crowd(int members, int atOnce) {
    Crowd crowd = new Crowd();
    crowd.growTo(members, atOnce);
    crowd.rekey();
    return crowd;
  }

  private static long sizeOf(Crowd crowd) {
    // Asked once, this is kept.
    assertThat(crowd.state.membersDigest().isZero()).isFalse();
    List<Object> bytes = new ArrayList<>();
    for (Envelope fact : crowd.facts) {
      Known known = Objects.requireNonNull(crowd.ledger.get(fact.id()));
      bytes.add(known.bytes());
      // A state of its own, all but shared with the next, and forgotten before long.
      known.forgetStates();
    }
    return GraphLayout.parseInstance(crowd.state).totalSize()
        - GraphLayout.parseInstance(bytes.toArray()).totalSize();
  }
}
