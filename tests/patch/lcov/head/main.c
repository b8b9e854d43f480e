int clamp(int a, int most);
int both(int a);

int main(void)
{
  return clamp(1, 2) == 1 ? 0 : 1;
}
