package io.keymoot.flatkeying.keying;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.fact.Profile;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.openjdk.jol.info.GraphLayout;

/** What a peer's secrets and slots take, beside the state that says who is in. */
class SecretSizeTest {
  private static final int MOST_BYTES = 8_000;

  @BeforeAll
  static void whereJolMayNotLookIntoARecordItTries() {
    System.setProperty("jol.magicFieldOffset", "true");
  }

  @Test
  void secretsAndSlotsOfAThousandMembersTakeEightKilobytesAPeer() {
    BigGroup group = new BigGroup(Profile.BROADCAST, 1_000, 1);
    FlatKeying peer = group.receiver(7);
    assertThat(Integer.bitCount(peer.haveMask())).isEqualTo(SlotKeys.POSITIONS);
    long quiet = bytes(peer.core);
    assertThat(quiet).isBetween(2_000L, (long) MOST_BYTES);
    // The worst moment: two epochs are held, and all its slots' keys of both.
    peer.step(group.now(), new Input.Refresh());
    assertThat(peer.core.slots.allKeks()).hasSizeGreaterThanOrEqualTo(2 * SlotKeys.POSITIONS);
    assertThat(bytes(peer.core)).isLessThan(2L * MOST_BYTES);
  }

  /**
   * Measured in one go without a collection: that would move objects, and JOL tells those that hang
   * on facts by where they are.
   */
  private static long bytes(Core core) {
    for (int i = 0; i < 20; i++) {
      long before = collections();
      long bytes = bytesAsTheyLie(core);
      if (collections() == before) {
        return bytes;
      }
    }
    throw new AssertionError("collected each time it was measured");
  }

  private static long collections() {
    return ManagementFactory.getGarbageCollectorMXBeans().stream()
        .mapToLong(GarbageCollectorMXBean::getCollectionCount)
        .sum();
  }

  /** All that hangs on the keys, the rows of KEKs and the fresh keys of slots, and on no fact. */
  private static long bytesAsTheyLie(Core core) {
    List<Object> secrets = new ArrayList<>(List.of(core.keys));
    for (String field : List.of("rows", "fresh", "own")) {
      secrets.add(field(core.slots, field));
    }
    GraphLayout facts = GraphLayout.parseInstance(core.ledger, core.membership, core.self);
    return GraphLayout.parseInstance(secrets.toArray()).subtract(facts).totalSize();
  }

  private static Object field(SlotKeys slots, String name) {
    try {
      Field field = SlotKeys.class.getDeclaredField(name);
      field.setAccessible(true);
      return field.get(slots);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }
}
