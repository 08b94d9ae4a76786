package io.keymoot.flatkeying.keying;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.wire.Hash32;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The table says what a map of objects would. */
class SaidMasksTest {
  private record Said(Hash32 epoch, int mask) {}

  private static Hash32 hash(long a) {
    return new Hash32(a, 0, 0, 0);
  }

  @Test
  void whatWasSaidLastIsFoundWhoeverElseCameAndWent() {
    Random random = new Random(7);
    SaidMasks table = new SaidMasks();
    Map<Hash32, Said> expected = new HashMap<>();
    for (int step = 0; step < 20_000; step++) {
      // Many stand in each other's way: of 300 members, eight begin at one place.
      int who = random.nextInt(300);
      Hash32 member = new Hash32(who / 8 * 3L, who, 0, 0);
      if (random.nextInt(5) < (step / 2_000) % 5) {
        table.remove(member);
        expected.remove(member);
      } else {
        Said said = new Said(hash(random.nextInt(4)), random.nextInt());
        table.put(member, said.epoch, said.mask);
        expected.put(member, said);
      }
      int asked = random.nextInt(300);
      Hash32 another = new Hash32(asked / 8 * 3L, asked, 0, 0);
      Said said = expected.get(another);
      assertThat(table.epoch(another)).isEqualTo(said == null ? null : said.epoch);
      assertThat(table.mask(another)).isEqualTo(said == null ? 0 : said.mask);
      assertThat(table.size()).isEqualTo(expected.size());
    }
    assertThat(expected).isNotEmpty();
  }
}
