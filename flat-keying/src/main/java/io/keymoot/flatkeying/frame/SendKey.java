package io.keymoot.flatkeying.frame;

import io.keymoot.flatkeying.fact.StayId;

/** The key this device seals under now, for one stay of its own. */
final class SendKey implements AutoCloseable {
  final InstalledKey installed;
  final StayId stay;
  final SFrameKey sframe;

  SendKey(InstalledKey installed, StayId stay, SFrameKey sframe) {
    this.installed = installed;
    this.stay = stay;
    this.sframe = sframe;
  }

  @Override
  public void close() {
    sframe.close();
  }

  @Override
  public String toString() {
    return "SendKey of " + stay + " under " + installed;
  }
}
