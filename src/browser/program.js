// See program.rs.
(({ dataset }) => {
  const giveUp = () => {
    if (dataset.program === 'coming') dataset.program = 'absent';
  };
  dataset.program = 'coming';
  addEventListener('unhandledrejection', giveUp);
  setTimeout(giveUp, 10_000);
})(document.documentElement);
