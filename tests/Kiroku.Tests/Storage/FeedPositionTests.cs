using Kiroku.Actions.Feed;

namespace Kiroku.Tests.Storage;

public sealed class FeedPositionTests
{
    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("a.1")]
    [InlineData(".1.2")]
    [InlineData("a.1.2.3")]
    [InlineData("a.-1.2")]
    [InlineData("a.1.x")]
    [InlineData("a. 1.2")]
    [InlineData("a.1.99999999999999999999")]
    public void A_text_that_is_no_position_is_told_apart(string text)
        => Assert.False(FeedPosition.TryParse(text, out _));
}
