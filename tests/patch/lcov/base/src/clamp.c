int clamp(int a, int most)
{
  if (a > most)
    return most;
  return a;
}
