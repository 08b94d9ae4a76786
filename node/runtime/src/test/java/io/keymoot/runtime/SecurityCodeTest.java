package io.keymoot.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.wire.Hash32;
import org.junit.jupiter.api.Test;

final class SecurityCodeTest {
  private static final GroupId GROUP = new GroupId(new Hash32(1, 2, 3, 4));
  private static final Hash32 MEMBERS = new Hash32(5, 6, 7, 8);

  @Test
  void theSameMembersOfAnotherGroupHaveAnotherCode() {
    assertThat(code(GROUP, MEMBERS))
        .isEqualTo(code(GROUP, MEMBERS))
        .isNotEqualTo(code(new GroupId(new Hash32(1, 2, 3, 5)), MEMBERS));
  }

  @Test
  void otherMembersOfTheSameGroupHaveAnotherCode() {
    assertThat(code(GROUP, MEMBERS)).isNotEqualTo(code(GROUP, new Hash32(5, 6, 7, 9)));
  }

  private static SecurityCode code(GroupId group, Hash32 members) {
    return SecurityCode.of(SecurityCode.question(group, members));
  }
}
