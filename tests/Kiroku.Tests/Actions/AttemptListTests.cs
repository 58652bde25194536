using Kiroku.Actions;

namespace Kiroku.Tests.Actions;

public sealed class AttemptListTests
{
    private static readonly DateTime Began = new(2026, 11, 30, 1, 14, 52, 123, 456, DateTimeKind.Utc);

    [Theory]
    [InlineData("compute_stop_instance", """[["",1000000,2000000,"S","a"]]""")]
    [InlineData("compute_start_instance", """[["compute_start_instance",1000000,2000000,"S","a"]]""")]
    [InlineData("stop", """[["stop",1000000,2000000,"S","a"]]""")]
    public void An_attempt_names_its_event_unless_the_action_does(string name, string column)
    {
        var recorded = Stop(new EventRecord
        {
            Event = name,
            Attempt = 1,
            StartTime = Began.AddSeconds(1),
            FinishTime = Began.AddSeconds(3),
            Result = EventResults.Success,
            Host = "a",
        });
        Assert.Equal(column, AttemptList.Write(recorded));
        Assert.Equal(recorded.Events, AttemptList.Read(column, ActionNames.Stop, Began));
    }

    [Fact]
    public void A_row_that_names_every_event_is_read_as_before()
        => Assert.Equal(
            "compute_stop_instance",
            Assert.Single(AttemptList.Read("""[["compute_stop_instance",1,2,"S"]]""", ActionNames.Stop, Began)).Event);

    private static RecordedAction Stop(EventRecord attempt) => new(
        new ActionRecord
        {
            ServerId = Guid.Empty,
            RequestId = "req-1",
            Action = ActionNames.Stop,
            StartTime = Began,
            UpdatedAt = Began,
            Outcome = Outcomes.Running,
        },
        [attempt]);
}
