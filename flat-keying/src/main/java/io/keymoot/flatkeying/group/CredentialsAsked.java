package io.keymoot.flatkeying.group;

import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.List;

/** Notes what a decision asked of a book: who has the same answers need not decide again. */
final class CredentialsAsked implements CredentialBook {
  private final CredentialBook book;
  private final List<Answer> answers = new ArrayList<>();

  record Answer(Hash32 credential, Bytes key, CredentialVerdict verdict) {
    boolean isAlsoOf(CredentialBook other) {
      return other.verdict(credential, key).equals(verdict);
    }
  }

  CredentialsAsked(CredentialBook book) {
    this.book = book;
  }

  @Override
  public CredentialVerdict verdict(Hash32 credential, Bytes key) {
    CredentialVerdict verdict = book.verdict(credential, key);
    answers.add(new Answer(credential, key, verdict));
    return verdict;
  }

  List<Answer> answers() {
    return List.copyOf(answers);
  }
}
