int clamp(int a, int most)
{
  if (a > most)
    return most;
  if (a < 0 && most > 0)
    return 0;
  return a;
}

int both(int a)
{
  return a + a;
}
