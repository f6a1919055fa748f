/** Where a caller was and what it logged: frames and task logs. */
package dev.remuda.context;
