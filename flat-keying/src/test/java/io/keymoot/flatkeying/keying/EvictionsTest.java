package io.keymoot.flatkeying.keying;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Evictions without end cost the same each, and leave nothing behind but their facts. {@code
 * -Devictions=100000} for the whole of it, or {@link Evictions}, which prints figures.
 */
class EvictionsTest {
  private static final int EVICTIONS = Integer.getInteger("evictions", 2_000);
  private static final int LOOKS = 8;

  /** What an eviction may make larger by one: a fact, and a reference to whom another let in. */
  private static final Set<String> GROWS = Set.of("Ledger.known", "Lore.firstStays");

  @BeforeAll
  static void whereJolMayNotLookIntoARecordItTries() {
    System.setProperty("jol.magicFieldOffset", "true");
  }

  @Test
  void thousandsOfEvictionsCostTheSameEachAndNoOldSecretIsLeft() {
    Evictions evictions = new Evictions();
    assertThat(evictions.findsWhatIsThere()).isTrue();
    evictions.evict(EVICTIONS / 4);
    Evictions.Look first = evictions.look();
    long bytes = evictions.bytesHeld();
    Map<String, Integer> sizes = evictions.sizes();
    List<Evictions.Look> looks = new ArrayList<>();
    for (int i = 0; i < LOOKS; i++) {
      evictions.evict(EVICTIONS / LOOKS);
      looks.add(evictions.look());
    }
    // Whatever else the machine does makes a look slower, never faster.
    double early = cheapest(looks.subList(0, LOOKS / 2));
    double late = cheapest(looks.subList(LOOKS / 2, LOOKS));
    assertThat(late).as("microseconds each: %s", looks).isLessThan(1.5 * early);
    for (Evictions.Look look : looks) {
      assertThat(look.secrets()).as(looks.toString()).isLessThanOrEqualTo(first.secrets() + 40);
      assertThat(look.factBytes())
          .as("bytes kept of an eviction")
          .isBetween(300, Evictions.FACT_BYTES);
    }
    Set<String> grown = new TreeSet<>();
    evictions
        .sizes()
        .forEach(
            (field, size) -> {
              if (size - sizes.getOrDefault(field, 0) > EVICTIONS / 20) {
                grown.add(field);
              }
            });
    // The facts; the rest has bounds that are further away.
    assertThat(grown).isSubsetOf(GROWS);
    assertThat((evictions.bytesHeld() - bytes) / EVICTIONS)
        .as("bytes that an eviction leaves behind")
        .isLessThan(Evictions.BYTES_AN_EVICTION);
    Evictions.Leftover left = evictions.leftovers();
    assertThat(left.lookedFor()).isGreaterThan(1_000);
    assertThat(left.found()).isEmpty();
  }

  @Test
  void aLeafKeyStaysWhileSomebodyLivesUnderItWhoeverElseNamedIt() {
    Evictions evictions = new Evictions();
    assertThat(evictions.hasLeafKeyOf(1)).isTrue();
    evictions.evictACopierOf(1);
    assertThat(evictions.hasLeafKeyOf(1)).isTrue();
  }

  @Test
  void aCredentialThatARowNamesAsItsLeafKeyIsNotDroppedWithTheRow() {
    Blobs blobs = new Blobs(Group.WORDS, 10);
    Hash32 credential = blobs.put(Group.credential("anna", ""));
    blobs.dropLeafKey(credential);
    assertThat(blobs.get(credential)).isPresent();
  }

  private static double cheapest(List<Evictions.Look> looks) {
    return looks.stream().map(Evictions.Look::micros).min(Comparator.naturalOrder()).orElseThrow();
  }
}
