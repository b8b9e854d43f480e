int clamp(int a, int most);

int main(void)
{
  return clamp(1, 2) == 1 ? 0 : 1;
}
