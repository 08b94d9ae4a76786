/**
 * What a person sets and where files are: settings, places, private files, and the words for what
 * goes wrong.
 */
@NullMarked
package io.keymoot.daemon.setting;

import org.jspecify.annotations.NullMarked;
