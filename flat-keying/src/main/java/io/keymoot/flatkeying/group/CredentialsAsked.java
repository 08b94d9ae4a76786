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

    boolean isUnknown() {
      return verdict instanceof CredentialVerdict.Unknown;
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

  @Override
  public long changes() {
    return book.changes();
  }

  List<Answer> answers() {
    return List.copyOf(answers);
  }

  /** All that a decision hangs on: as long as the book says the same of these, it is the same. */
  List<Answer> unknown() {
    return answers.stream().filter(Answer::isUnknown).distinct().toList();
  }
}
