int goldvi_reduce_todo2;
