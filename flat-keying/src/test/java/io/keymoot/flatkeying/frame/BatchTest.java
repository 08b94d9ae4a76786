package io.keymoot.flatkeying.frame;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.wire.Hash32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

class BatchTest {
  private final Batch batch;

  BatchTest(TestInfo test) {
    InstalledKey key = new InstalledKey(new Cast(test).epoch(), 0);
    batch = new Batch(key, FrameStream.of(Authentication.AMORTISED, 0), Cast.START);
  }

  /** As when the key is swapped between one thread's beginning it and its first frame. */
  @Test
  void oneThatIsClosedBeforeItsFirstFrameIsWholeAndEmptyAndTakesNoMore() {
    assertThat(batch.isWhole()).isFalse();
    batch.close();
    assertThat(batch.add(1, Hash32.ZERO)).isFalse();
    assertThat(batch.isWhole()).isTrue();
    assertThat(batch.isEmpty()).isTrue();
  }

  @Test
  void oneWithAFrameIsNotEmptyOnceItIsClosed() {
    assertThat(batch.add(7, Hash32.ZERO)).isTrue();
    batch.close();
    assertThat(batch.isWhole()).isTrue();
    assertThat(batch.isEmpty()).isFalse();
    assertThat(batch.firstNumber()).isEqualTo(7);
  }
}
