// Torch headers are precompiled through this file for all tests of core/learning.
