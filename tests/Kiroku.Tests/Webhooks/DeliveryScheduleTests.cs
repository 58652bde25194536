using Kiroku.Webhooks.Deliveries;

namespace Kiroku.Tests.Webhooks;

public sealed class DeliveryScheduleTests
{
    private static readonly TimeSpan[] Waits =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2),
        TimeSpan.FromHours(5), TimeSpan.FromHours(10), TimeSpan.FromHours(14), TimeSpan.FromHours(20),
        TimeSpan.FromHours(24),
    ];

    [Fact]
    public void There_are_ten_attempts_with_longer_and_longer_waits()
    {
        foreach (var (place, wait) in Waits.Index())
        {
            Assert.Equal(wait * 0.9, DeliverySchedule.WaitAfter(place + 1, null, 0));
            Assert.Equal(wait, DeliverySchedule.WaitAfter(place + 1, null, 0.5));
            Assert.Equal(wait * 1.1, DeliverySchedule.WaitAfter(place + 1, null, 1));
        }
        Assert.Null(DeliverySchedule.WaitAfter(10, null, 0.5));
        Assert.Null(DeliverySchedule.WaitAfter(10, TimeSpan.FromHours(1), 0.5));
    }

    [Theory]
    [InlineData(1, "00:01:00", "00:01:00")]
    [InlineData(4, "00:01:00", "02:00:00")]
    [InlineData(1, "-00:01:00", "00:00:05")]
    [InlineData(1, "1.00:00:01", "1.00:00:00")]
    [InlineData(1, "10000000.00:00:00", "1.00:00:00")]
    public void A_receiver_may_put_an_attempt_off_but_not_bring_it_forward(int attempts, string asked, string wait)
        => Assert.Equal(
            TimeSpan.Parse(wait, null), DeliverySchedule.WaitAfter(attempts, TimeSpan.Parse(asked, null), 0.5));
}
