namespace Kiroku.SystemTests;

public sealed class FirstTests
{
    [Fact]
    public void Runs() => Assert.True(true);
}
